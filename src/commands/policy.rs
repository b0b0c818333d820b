//! `dieu7 policy check`.

use dieu7::io::files;
use dieu7::policy::{ConstraintId, Policy};

use super::cli::{PolicyArguments, PolicyCommand};
use super::config;
use super::failure::{self, FINE, Failure};
use super::lang::Lang;

pub fn run(arguments: &PolicyArguments, lang: Lang) -> Result<u8, Failure> {
    let PolicyCommand::Check { file, config } = &arguments.command;
    let mut sources = Vec::new();
    let policies = match file {
        Some(file) => vec![files::policy(file, &mut sources).map_err(failure::settings)?],
        None => files::policies(&config::load(config)?.0.policies, &mut sources).map_err(failure::settings)?,
    };
    for policy in &policies {
        print(policy, lang);
    }
    Ok(FINE)
}

fn print(policy: &Policy, lang: Lang) {
    println!("{}  {}", policy.id, lang.pick(&policy.title_vi, &policy.title_en));
    println!("  {}: {}", lang.pick("Căn cứ", "Legal basis"), policy.legal_basis);
    let day = |time: Option<dieu7::time::UnixTime>| time.map_or("…".to_owned(), dieu7::time::UnixTime::vietnamese);
    let (from, to) = (policy.in_force.from(), policy.in_force.to());
    println!("  {}: {} – {}", lang.pick("Hiệu lực", "In force"), day(from), day(to));
    match &policy.confirmed {
        Some((on, by)) => println!("  {}: {} ({by})", lang.pick("Xác nhận", "Confirmed"), on.vietnamese()),
        None => println!(
            "  {}",
            lang.pick(
                "Chưa ai xác nhận hiệu lực; điền confirmed-on và confirmed-by.",
                "Nobody has confirmed that it is in force; fill in confirmed-on and confirmed-by."
            )
        ),
    }
    for constraint in ConstraintId::ALL {
        println!("  {:24} {}", constraint.to_string(), policy.level(*constraint).token());
    }
}
