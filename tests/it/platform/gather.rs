//! What is asked together.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use merx::platform::error::Fault;
use merx::platform::gather::Gather;
use parking_lot::Mutex;

#[tokio::test]
async fn what_comes_meanwhile_goes_together_and_everybody_has_their_own_answer() {
    let gather = Arc::new(Gather::<usize, usize>::default());
    let batches = Arc::new(AtomicUsize::new(0));
    let asked = (0..100).map(|i| {
        let (gather, batches) = (Arc::clone(&gather), Arc::clone(&batches));
        tokio::spawn(async move {
            let all = |items: Vec<usize>| async move {
                batches.fetch_add(1, Ordering::Relaxed);
                tokio::time::sleep(Duration::from_millis(20)).await;
                Ok(items.into_iter().map(|item| item * 2).collect())
            };
            gather.ask(i, all).await.expect("answered")
        })
    });
    for (i, answer) in asked.collect::<Vec<_>>().into_iter().enumerate() {
        assert_eq!(answer.await.expect("it ran"), i * 2);
    }
    // The first alone, all others behind it.
    assert_eq!(batches.load(Ordering::Relaxed), 2);
}

#[tokio::test]
async fn a_failure_is_everybodys_and_the_next_batch_goes_on() {
    let gather = Gather::<u8, u8>::default();
    let fails = |_: Vec<u8>| async { Err(Fault::Busy("it")) };
    let (first, second) = tokio::join!(gather.ask(1, fails), gather.ask(2, fails));
    assert!(matches!(first, Err(Fault::Shared(_))) && matches!(second, Err(Fault::Shared(_))));
    let works = |items: Vec<u8>| async { Ok(items) };
    assert_eq!(gather.ask(3, works).await.expect("answered"), 3);
}

#[tokio::test]
async fn who_gives_up_neither_stops_a_batch_nor_is_asked_for() {
    let gather = Arc::new(Gather::<u8, u8>::default());
    let ended = Arc::new(Mutex::new(Vec::<u8>::new()));
    let slow = |items: Vec<u8>| {
        let ended = Arc::clone(&ended);
        async move {
            tokio::time::sleep(Duration::from_millis(50)).await;
            ended.lock().extend(&items);
            Ok(items)
        }
    };
    let soon = Duration::from_millis(5);
    assert!(tokio::time::timeout(soon, gather.ask(1, slow)).await.is_err());
    assert!(tokio::time::timeout(soon, gather.ask(2, slow)).await.is_err());
    assert_eq!(gather.ask(3, slow).await.expect("answered"), 3);
    assert_eq!(*ended.lock(), [1, 3]);
}
