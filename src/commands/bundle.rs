//! `dieu7 bundle`: carries whom to trust, and who was revoked, to a gateway without Internet.

use std::path::Path;

use dieu7::digest::Sha256;
use dieu7::evidence::Piece;
use dieu7::io::bundle::{self, AnchorChange, Bundle, BundleFault, BundleKey, Import, ImportFault, Item, Kind};
use dieu7::io::files::{self, Trust};
use dieu7::io::sources::{Content, DropFolder};
use dieu7::io::{cache, clock, trust_folder};
use dieu7::settings::Settings;
use dieu7::time::{Period, UnixTime};
use dieu7::x509::{AnchorEntry, Certificate, Origin};

use super::cli::{BundleArguments, BundleCommand};
use super::config;
use super::failure::{self, FINE, FLAGGED, Failure, Text, UNREADABLE, USAGE};
use super::lang::Lang;
use super::trust::{confirmed, is_terminal};

/// Beside the log, where the gateway keeps what is its own.
const KEY: &str = "bundle.key";

pub fn run(arguments: &BundleArguments, lang: Lang) -> Result<u8, Failure> {
    match &arguments.command {
        BundleCommand::Make { out, crls, days, config } => {
            let (settings, _) = config::load(config)?;
            make(out, crls.as_deref().unwrap_or(&settings.crls), *days, &settings, lang)
        }
        BundleCommand::Import { file, key, yes, config } => {
            let (settings, _) = config::load(config)?;
            import(file, key.as_deref(), *yes, &settings, lang)
        }
    }
}

fn make(out: &Path, crls: &Path, days: u32, settings: &Settings, lang: Lang) -> Result<u8, Failure> {
    if out.exists() {
        return Err(not_written(out, &std::io::Error::from(std::io::ErrorKind::AlreadyExists).to_string()));
    }
    let trust = files::trust(&settings.trust, &mut Vec::new()).map_err(failure::settings)?;
    let mut items = anchors(&trust, lang);
    items.append(&mut evidence(crls, settings, lang));
    if let Some(file) = &settings.directory {
        files::directory(file, &mut Vec::new()).map_err(failure::settings)?;
        let toml = file.extension().is_some_and(|extension| extension.eq_ignore_ascii_case("toml"));
        items.push(Item { kind: Kind::Directory { toml }, octets: files::octets(file).map_err(failure::settings)? });
    }
    let place = settings.log.parent().unwrap_or(Path::new(".")).join(KEY);
    let (key, new) = BundleKey::open(&place).map_err(|error| not_written(&place, &error.to_string()))?;
    let made = clock::now();
    let octets = Bundle::pack(items, &settings.gateway, made, days, &key).map_err(|error| refused(out, &error))?;
    trust_folder::write_whole(out, &octets).map_err(|error| not_written(out, &error.to_string()))?;
    let bundle = Bundle::read(&octets).map_err(|error| refused(out, &error))?;
    tell(&bundle, lang);
    if new {
        println!(
            "{}: {}",
            lang.pick(
                "Đã tạo khoá ký gói mới (giữ kín, sao lưu)",
                "A new key for bundles was made (keep it secret, back it up)"
            ),
            place.display()
        );
    }
    println!(
        "{}",
        lang.pick(
            "Người vận hành máy nhận cần vân tay này, qua một đường khác với tệp (điện thoại, văn bản).",
            "The operator of the receiving gateway needs this fingerprint, by another way than the file (telephone, paper)."
        )
    );
    Ok(FINE)
}

/// What the operator and earlier bundles say, and every certificate that is installed.
fn anchors(trust: &Trust, lang: Lang) -> Vec<Item> {
    let mut items = Vec::new();
    for entry in trust.anchors.entries().iter().filter(|entry| entry.origin() != Origin::Published) {
        match entry.written().filter(|_| trust_folder::is_id(entry.id())) {
            Some(text) => items.push(Item { kind: Kind::Anchor(entry.id().to_owned()), octets: text.into_bytes() }),
            None => println!(
                "! {}: {}",
                lang.pick(
                    "bỏ qua, không có SHA-256 hoặc tên không dùng được",
                    "left out, without SHA-256 or with a name that cannot be used"
                ),
                entry.id()
            ),
        }
    }
    let installed = trust.anchors.entries().iter().filter_map(|entry| trust.anchors.certificate(entry));
    let certificates = installed.chain(&trust.intermediates);
    items.extend(certificates.map(|one| Item { kind: Kind::Certificate, octets: one.der().to_vec() }));
    items
}

/// The lists and responses of the drop folder, and the lists that the gateway fetched; what is of no use is named.
fn evidence(folder: &Path, settings: &Settings, lang: Lang) -> Vec<Item> {
    let folder = DropFolder::new(folder.to_owned());
    let item = |(content, piece): (Content, Piece)| {
        let kind = match content {
            Content::Crl { .. } => Kind::Crl,
            Content::Ocsp => Kind::Ocsp,
        };
        Item { kind, octets: piece.octets.to_vec() }
    };
    let mut items: Vec<Item> = folder.pieces().into_iter().map(item).collect();
    let left_out = |what: &str, why: &str| println!("! {}: {what}: {why}", lang.pick("bỏ qua", "left out"));
    for odd in folder.list() {
        if let Err(why) = odd.content {
            left_out(&odd.file.display().to_string(), &why);
        }
    }
    // A gateway that never fetched has no such file.
    let cache = &settings.revocation.cache;
    if cache.exists() {
        match cache::lists(cache) {
            Ok(lists) => items.extend(lists.into_iter().map(|octets| Item { kind: Kind::Crl, octets })),
            Err(error) => left_out(&cache.display().to_string(), &error.to_string()),
        }
    }
    items
}

fn import(file: &Path, key: Option<&str>, yes: bool, settings: &Settings, lang: Lang) -> Result<u8, Failure> {
    let bundle = Bundle::open(file).map_err(|error| refused(file, &error))?;
    let now = clock::now();
    tell(&bundle, lang);
    let is_new_key = authenticated(&bundle, key, settings)?;
    let trust = files::trust(&settings.trust, &mut Vec::new()).map_err(failure::settings)?;
    let plan = Import::plan(&bundle, settings, &trust, now).map_err(|error| not_taken(file, &error))?;
    show(&plan, &trust, lang);
    if bundle.manifest().fresh_until() < now {
        println!(
            "\n! {}: {}",
            lang.pick("gói đã cũ, nên lấy gói mới hơn; hạn", "the bundle is old, a newer one should have come; due"),
            bundle.manifest().fresh_until().vietnamese()
        );
    }
    if plan.needs_confirmation() && !yes {
        if !is_terminal() {
            return Err(unconfirmed());
        }
        let question = lang.pick("Thay đổi danh sách tin cậy như trên?", "Change what is trusted as shown above?");
        if !confirmed(question, lang) {
            println!("{}", lang.pick("Không thay đổi gì.", "Nothing was changed."));
            return Ok(FLAGGED);
        }
    }
    plan.apply(settings, now).map_err(|error| not_taken(file, &error))?;
    if is_new_key {
        let written = bundle::confirm_key(&settings.trust, bundle.manifest().fingerprint(), now);
        written.map_err(|error| not_written(&settings.trust, &error.to_string()))?;
    }
    println!(
        "\n{}",
        lang.pick(
            "Đã nhận gói. Cổng kiểm tra chữ ký số đang chạy nhận thay đổi sau khi nạp lại (SIGHUP).",
            "The bundle was taken over. A running gateway takes the change when it reloads (SIGHUP)."
        )
    );
    Ok(FINE)
}

/// Whether the maker's key is confirmed by this call, and was not before.
fn authenticated(bundle: &Bundle, key: Option<&str>, settings: &Settings) -> Result<bool, Failure> {
    let fingerprint = bundle.manifest().fingerprint();
    let known = bundle::is_confirmed(&settings.trust, fingerprint);
    match key {
        Some(text) if Sha256::from_hex(text) == Some(fingerprint) => Ok(!known),
        Some(text) => Err(other_key(text, fingerprint)),
        None if known => Ok(false),
        None => Err(unknown_key(fingerprint)),
    }
}

fn tell(bundle: &Bundle, lang: Lang) {
    let manifest = bundle.manifest();
    println!("{}: {}", lang.pick("Máy đã đóng gói", "Made by"), manifest.gateway());
    println!("{}: {} ({})", lang.pick("Thời điểm", "Made on"), manifest.made().vietnamese(), manifest.made());
    println!("{}: {}", lang.pick("Vân tay khoá", "Key fingerprint"), manifest.fingerprint());
    println!("{}: {}", lang.pick("Số tệp", "Files"), manifest.files());
}

fn show(plan: &Import<'_>, trust: &Trust, lang: Lang) {
    println!("");
    if plan.is_empty() {
        println!("{}", lang.pick("Không có gì mới so với máy này.", "It has nothing that is not here already."));
    }
    for change in &plan.anchors {
        let (mark, entry) = match change {
            AnchorChange::New(entry) => (lang.pick("+ chứng thư gốc MỚI", "+ NEW anchor"), entry),
            AnchorChange::Changed(entry) => (lang.pick("~ chứng thư gốc thay đổi", "~ changed anchor"), entry),
            AnchorChange::Dropped(entry) => {
                (lang.pick("- chứng thư gốc không còn trong gói", "- anchor no longer in the bundle"), entry)
            }
        };
        println!("{mark}: {}", entry.id());
        show_entry(entry, lang);
    }
    let named = |mark: &str, one: &Certificate| {
        let entry = trust.anchors.entry_of(one).map_or_else(String::new, |entry| format!(" ({})", entry.id()));
        println!("{mark}: {}{entry}", one.subject());
    };
    plan.certificates.iter().for_each(|one| named(lang.pick("+ chứng thư", "+ certificate"), one));
    plan.leaving.iter().for_each(|one| named(lang.pick("- chứng thư", "- certificate"), one));
    for crl in &plan.crls {
        println!("+ CRL: {} ({})", crl.issuer(), crl.this_update().vietnamese());
    }
    if plan.responses > 0 {
        println!("+ OCSP: {}", plan.responses);
    }
    if let Some((file, _)) = &plan.directory {
        println!("~ {}: {}", lang.pick("danh bạ", "directory"), file.display());
    }
    if plan.directory_unplaced {
        println!(
            "! {}",
            lang.pick(
                "gói có danh bạ, nhưng cấu hình không nêu [directory] file cùng loại: bỏ qua",
                "the bundle has a directory, and the settings name no [directory] file of its kind: left out"
            )
        );
    }
}

fn show_entry(entry: &AnchorEntry, lang: Lang) {
    let purposes: Vec<String> = entry.purposes().iter().map(ToString::to_string).collect();
    println!("    {}", entry.subject());
    println!("    SHA-256: {}", entry.sha256().map_or_else(String::new, |pin| pin.to_string()));
    println!("    {}: {}", lang.pick("Mục đích", "Purpose"), purposes.join(", "));
    if entry.valid() != Period::ALWAYS {
        let end = |time: Option<UnixTime>| time.map_or("…".to_owned(), UnixTime::vietnamese);
        let (from, to) = (end(entry.valid().from()), end(entry.valid().to()));
        println!("    {}: {from} – {to}", lang.pick("Thời hạn tin cậy", "Period of trust"));
    }
    println!("    {}: {}", lang.pick("Căn cứ", "Legal basis"), entry.legal_basis());
    println!("    {}: {}", lang.pick("Công bố tại", "Published at"), entry.source());
}

fn refused(file: &Path, error: &BundleFault) -> Failure {
    let exit = if matches!(error, BundleFault::Read(_)) { UNREADABLE } else { USAGE };
    Failure::new(
        exit,
        Text { vi: "Không phải gói dùng được.", en: "This is no bundle that can be used." },
        format_args!("{}: {error}", file.display()),
        Text {
            vi: "chép lại tệp từ máy đã đóng gói; chưa thay đổi gì.",
            en: "copy the file again from the gateway that made it; nothing was changed.",
        },
    )
}

fn not_taken(file: &Path, error: &ImportFault) -> Failure {
    let advice = match error {
        ImportFault::Older { .. } => Text {
            vi: "dùng gói mới nhất; gói cũ có thể thiếu những thu hồi gần đây. Chưa thay đổi gì.",
            en: "use the newest bundle; an older one may lack recent revocations. Nothing was changed.",
        },
        ImportFault::Ahead { .. } => Text {
            vi: "chỉnh đồng hồ của hai máy rồi đóng gói lại. Chưa thay đổi gì.",
            en: "set the clocks of both and make the bundle again. Nothing was changed.",
        },
        ImportFault::Content(_) => Text {
            vi: "cập nhật chương trình trên cả hai máy rồi đóng gói lại. Chưa thay đổi gì.",
            en: "bring the program up to date on both and make the bundle again. Nothing was changed.",
        },
        ImportFault::NotWritten { .. } => Text {
            vi: "cho quyền ghi và đủ chỗ trống rồi chạy lại: danh sách tin cậy là bản cũ hoặc bản mới, không lẫn lộn.",
            en: "give the right to write and enough space and run it again: what is trusted is the old set or the new one, never a mixture.",
        },
    };
    Failure::new(
        USAGE,
        Text { vi: "Không nhận gói.", en: "The bundle was not taken over." },
        format_args!("{}: {error}", file.display()),
        advice,
    )
}

fn unknown_key(fingerprint: Sha256) -> Failure {
    Failure::new(
        USAGE,
        Text { vi: "Chưa biết máy đã đóng gói này.", en: "The gateway that made this bundle is not known." },
        fingerprint,
        Text {
            vi: "hỏi vân tay qua đường khác với tệp; nếu trùng, chạy lại với --key VÂN-TAY. Chỉ cần một lần.",
            en: "ask for its fingerprint by another way than the file; if it is the same, run it again with --key FINGERPRINT. Once is enough.",
        },
    )
}

fn other_key(given: &str, fingerprint: Sha256) -> Failure {
    Failure::new(
        USAGE,
        Text { vi: "Vân tay không khớp.", en: "The fingerprint does not match." },
        format_args!("--key {given}\n  {fingerprint}"),
        Text {
            vi: "dòng dưới là vân tay trong gói. So từng chữ với vân tay đã nghe; nếu không phải gõ nhầm thì máy khác đã đóng gói này: đừng nhận trước khi hỏi rõ.",
            en: "the lower line is the bundle's. Compare it with what you were told, letter by letter; if it is no slip of the finger, another gateway made this bundle: do not take it before you know why.",
        },
    )
}

fn unconfirmed() -> Failure {
    Failure::new(
        USAGE,
        Text {
            vi: "Gói thay đổi danh sách tin cậy, và không có màn hình để hỏi.",
            en: "The bundle changes what is trusted, and there is no terminal to ask at.",
        },
        "--yes",
        Text {
            vi: "xem danh sách ở trên; nếu đồng ý, chạy lại với --yes.",
            en: "read the list above; if you agree, run it again with --yes.",
        },
    )
}

fn not_written(file: &Path, error: &str) -> Failure {
    Failure::new(
        USAGE,
        Text { vi: "Không ghi được tệp.", en: "A file cannot be written." },
        format_args!("{}: {error}", file.display()),
        Text {
            vi: "nêu một tệp chưa có, ở nơi ghi được.",
            en: "name a file that is not there yet, in a place that can be written.",
        },
    )
}
