//! Asks for known lists again ahead of their end, so that no message waits for it.

use std::sync::Arc;
use std::time::Duration;

use super::web::Web;

/// Between two looks at what is due; at most so long, because the clock may be set meanwhile.
const LONGEST: Duration = Duration::from_mins(10);
/// At least so long.
const SHORTEST: Duration = Duration::from_secs(30);

/// Refreshes for as long as it is polled; drop it to stop. A fetch that is under way then ends by itself.
pub async fn refresh(web: Arc<Web>) {
    loop {
        let (due, next) = web.cache().due(web.now());
        // One after the other: this is never urgent.
        for inquiry in due {
            web.ask_ahead(inquiry).await;
        }
        let wait = next.and_then(|next| u64::try_from(next.seconds().saturating_sub(web.now().seconds())).ok());
        tokio::time::sleep(wait.map_or(LONGEST, Duration::from_secs).clamp(SHORTEST, LONGEST)).await;
    }
}
