//! What DNS says of one sender: asks what is missing until nothing is, or until there is no more time.

use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

use tokio::task::JoinSet;
use tokio::time::{Instant, timeout_at};

use crate::evidence::{Answer, Attempt, Failure, Lookup};
use crate::io::resolve::{Clock, Resolver, Told, in_vain};
use crate::sender::transcript::{self, Question, Transcript};
use crate::settings;

/// Questions of one message. Eight keys of DKIM, some of ARC, a walk for DMARC (RFC 9989, 4.10) and SPF with its ten
/// terms, each an MX of ten hosts at most, make no more that an honest sender needs.
const QUESTIONS: usize = 64;
/// Of one message at the same time, so that it does not take all turns.
const AT_ONCE: usize = 16;

/// Says which questions are still to be asked, by what has been answered: the next ones may depend on it.
pub type Missing = fn(&Lookup, &Transcript) -> Vec<Question>;

/// Asks DNS for senders. What is known is shared by all messages; how much is asked, and for how long, is each one's own.
#[derive(Clone, Debug)]
pub struct Dns {
    /// `None` when nobody may be asked.
    resolver: Option<Resolver>,
    missing: Missing,
    deadline: Duration,
}

/// One message's questions, each with what came of it; `None` while nothing has.
type Asked = BTreeMap<Question, Option<Told>>;

impl Dns {
    /// As settings have it; `offline` asks nobody, whatever they say.
    #[must_use]
    pub fn new(settings: &settings::Dns, offline: bool, missing: Missing, clock: Clock) -> Self {
        let asks = settings.lookup && !offline;
        Self { resolver: asks.then(|| Resolver::new(settings, clock)), missing, deadline: settings.deadline }
    }

    /// Every response that the checks of one message need, in the order of the questions. What has none when the time is
    /// over stays without: that is no answer to whoever judges.
    pub async fn answer(&self, lookup: &Lookup) -> Answer {
        let Some(resolver) = &self.resolver else {
            return Answer::in_vain(vec![Attempt { source: "dns".to_owned(), failure: Failure::Off }]);
        };
        let until = Instant::now() + self.deadline;
        let mut asked = Asked::new();
        let mut transcript = Transcript::default();
        // Tasks end with this future, flights do not; whoever asks next gets what they bring.
        let mut asking = JoinSet::new();
        let mut left_out;
        loop {
            // After each answer: a question that stalls must not hold up those that do not depend on it.
            let more = (self.missing)(lookup, &transcript).into_iter().filter(|one| !asked.contains_key(one));
            let more: BTreeSet<Question> = more.collect();
            let room = QUESTIONS.saturating_sub(asked.len());
            left_out = more.len().saturating_sub(room);
            for question in more.into_iter().take(room.min(AT_ONCE.saturating_sub(asking.len()))) {
                asked.insert(question.clone(), None);
                let resolver = resolver.clone();
                asking.spawn(async move { (resolver.ask(&question).await, question) });
            }
            match timeout_at(until, asking.join_next()).await {
                Ok(None) | Err(_) => break,
                Ok(Some(Err(_))) => {}
                Ok(Some(Ok((told, question)))) => {
                    let read = told.piece.as_ref().and_then(|piece| transcript::read(&piece.octets));
                    if let Some((question, reply)) = read {
                        transcript.insert(question, reply);
                    }
                    asked.insert(question, Some(told));
                }
            }
        }
        self.close(asked, left_out)
    }

    fn close(&self, asked: Asked, left_out: usize) -> Answer {
        let mut answer = Answer::default();
        for (question, told) in asked {
            let late = || in_vain(&question, None, format_args!("no answer within {} s", self.deadline.as_secs()));
            let told = told.unwrap_or_else(late);
            answer.pieces.extend(told.piece);
            answer.tried.extend(told.tried);
        }
        if left_out > 0 {
            let detail = format!("{left_out} questions not asked: one message may ask {QUESTIONS}");
            let failure = Failure::NoAnswer { detail };
            answer.tried.push(Attempt { source: "dns".to_owned(), failure });
        }
        answer
    }
}
