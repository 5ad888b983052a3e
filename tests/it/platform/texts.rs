//! Short texts: one contract for the embedded twin and for Redis.

use std::sync::Arc;
use std::time::Duration;

use merx::platform::texts::{InProcessTexts, RedisTexts, Shelf, Texts};
use tokio::time::{sleep, timeout};

use super::redis::{redis, unique};

const HOUR: Duration = Duration::from_secs(3600);
const WAIT: Duration = Duration::from_secs(20);

fn shelves() -> Vec<Arc<dyn Shelf>> {
    let mut shelves: Vec<Arc<dyn Shelf>> = vec![Arc::new(InProcessTexts::new(1 << 20))];
    if let Some(redis) = redis() {
        shelves.push(Arc::new(RedisTexts::new(redis)));
    }
    shelves
}

#[tokio::test]
async fn a_text_is_there_until_its_time_is_over() {
    for shelf in shelves() {
        let (key, other) = (unique(), unique());
        assert_eq!(shelf.get(&key).await.expect("an answer"), None);
        let long = "{ products { nodes { name } } } # é \u{0} ".repeat(1_000);
        for text in ["", "short", &long] {
            shelf.put(&key, text.into(), HOUR).await.expect("kept");
            assert_eq!(shelf.get(&key).await.expect("an answer").as_deref(), Some(text));
        }
        assert_eq!(shelf.get(&other).await.expect("an answer"), None);
        shelf
            .put(&other, "soon".into(), Duration::from_millis(200))
            .await
            .expect("kept");
        let gone = async {
            while shelf.get(&other).await.expect("an answer").is_some() {
                sleep(Duration::from_millis(20)).await;
            }
        };
        timeout(WAIT, gone).await.expect("its time is over");
        assert!(shelf.get(&key).await.expect("an answer").is_some());
    }
}

#[tokio::test]
async fn texts_in_process_are_bounded_by_their_bytes() {
    let shelf = InProcessTexts::new(100_000);
    let text: Arc<str> = "x".repeat(1_000).into();
    for i in 0..2_000 {
        shelf.put(&format!("{i}"), Arc::clone(&text), HOUR).await.expect("kept");
    }
    assert!(shelf.bytes().await <= 100_000, "{} bytes", shelf.bytes().await);
    assert!(shelf.bytes().await >= 50_000, "{} bytes", shelf.bytes().await);
    // One that is larger than all room is not kept, and drives nothing out.
    let before = shelf.bytes().await;
    shelf
        .put("huge", "x".repeat(200_000).into(), HOUR)
        .await
        .expect("not kept");
    assert_eq!(shelf.bytes().await, before);
}

#[tokio::test]
async fn servers_share_a_shelf_and_each_has_copies() {
    let shared = Arc::new(InProcessTexts::new(1 << 20));
    let server = || Texts::shared(shared.clone(), Arc::new(InProcessTexts::new(1 << 20)));
    let (a, b) = (server(), server());
    a.put("hash", "{ a }", HOUR).await;
    assert_eq!(b.get("hash").await.as_deref(), Some("{ a }"));
    assert_eq!(b.get("other").await, None);
    let alone = Texts::new(Arc::new(InProcessTexts::new(1 << 20)));
    assert_eq!(alone.get("hash").await, None);
}
