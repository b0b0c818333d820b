//! One flight for each question: whoever asks what is being asked already waits for the same answer.

use std::collections::HashMap;
use std::hash::Hash;
use std::sync::{Arc, Mutex, PoisonError};

use tokio::sync::watch;

type UnderWay<K, V> = Mutex<HashMap<K, watch::Receiver<Option<V>>>>;

/// What is being asked right now. Clones share it.
#[derive(Debug)]
pub struct Flights<K, V> {
    under_way: Arc<UnderWay<K, V>>,
}

impl<K, V> Clone for Flights<K, V> {
    fn clone(&self) -> Self {
        Self { under_way: Arc::clone(&self.under_way) }
    }
}

impl<K, V> Default for Flights<K, V> {
    fn default() -> Self {
        Self { under_way: Arc::default() }
    }
}

/// Takes a flight off the list, also when it crashed.
struct Landing<K: Eq + Hash, V> {
    under_way: Arc<UnderWay<K, V>>,
    question: K,
}

impl<K: Eq + Hash, V> Drop for Landing<K, V> {
    fn drop(&mut self) {
        self.under_way.lock().unwrap_or_else(PoisonError::into_inner).remove(&self.question);
    }
}

impl<K: Clone + Eq + Hash + Send + 'static, V: Clone + Send + Sync + 'static> Flights<K, V> {
    /// The answer to `question`, by `ask` if nobody asks it already; `None` when asking crashed. The flight goes on
    /// when whoever began it no longer waits.
    pub async fn join<F>(&self, question: K, ask: impl FnOnce() -> F) -> Option<V>
    where
        F: Future<Output = V> + Send + 'static,
    {
        let mut answer = {
            let mut under_way = self.under_way.lock().unwrap_or_else(PoisonError::into_inner);
            if let Some(answer) = under_way.get(&question) {
                answer.clone()
            } else {
                let (give, answer) = watch::channel(None);
                under_way.insert(question.clone(), answer.clone());
                let landing = Landing { under_way: Arc::clone(&self.under_way), question };
                let asking = ask();
                tokio::spawn(async move {
                    give.send_replace(Some(asking.await));
                    drop(landing);
                });
                answer
            }
        };
        answer.wait_for(Option::is_some).await.ok()?.clone()
    }
}

#[cfg(test)]
mod tests {
    use std::sync::atomic::{AtomicUsize, Ordering};

    use super::*;

    #[tokio::test]
    async fn a_question_that_is_being_asked_is_not_asked_again() {
        let flights = Flights::<u8, u8>::default();
        let asked = Arc::new(AtomicUsize::new(0));
        let ask = || {
            let asked = Arc::clone(&asked);
            move || async move {
                tokio::task::yield_now().await;
                asked.fetch_add(1, Ordering::SeqCst);
                7
            }
        };
        let (a, b, c) = tokio::join!(flights.join(1, ask()), flights.join(1, ask()), flights.join(2, ask()));
        assert_eq!((a, b, c), (Some(7), Some(7), Some(7)));
        assert_eq!(asked.load(Ordering::SeqCst), 2);
        flights.join(1, ask()).await;
        assert_eq!(asked.load(Ordering::SeqCst), 3, "a flight that has landed answers nobody who comes later");
    }

    #[tokio::test]
    async fn a_crash_is_no_answer_and_the_next_one_asks_anew() {
        let flights = Flights::<u8, u8>::default();
        assert_eq!(flights.join(1, || async { panic!("on purpose") }).await, None);
        assert_eq!(flights.join(1, || async { 3 }).await, Some(3));
    }

    #[tokio::test]
    async fn whoever_gives_up_does_not_take_the_flight_with_it() {
        let flights = Flights::<u8, u8>::default();
        let (go, wait) = tokio::sync::oneshot::channel::<()>();
        let ask = || async {
            let _ = wait.await;
            5
        };
        tokio::select! {
            biased;
            _ = flights.join(1, ask) => panic!("it waits"),
            () = std::future::ready(()) => {}
        }
        let (answer, ()) = tokio::join!(flights.join(1, || async { 6 }), async { go.send(()).unwrap() });
        assert_eq!(answer, Some(5));
    }
}
