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

#[tokio::test]
async fn batches_have_a_size_and_a_number_at_once() {
    let gather = Arc::new(Gather::<usize, usize>::new(2, 3));
    let (now, most) = (Arc::new(AtomicUsize::new(0)), Arc::new(AtomicUsize::new(0)));
    let asked = (0..50).map(|i| {
        let (gather, now, most) = (Arc::clone(&gather), Arc::clone(&now), Arc::clone(&most));
        tokio::spawn(async move {
            let all = |items: Vec<usize>| async move {
                assert!(items.len() <= 3);
                most.fetch_max(now.fetch_add(1, Ordering::SeqCst) + 1, Ordering::SeqCst);
                tokio::time::sleep(Duration::from_millis(2)).await;
                now.fetch_sub(1, Ordering::SeqCst);
                Ok(items)
            };
            gather.ask(i, all).await.expect("answered")
        })
    });
    for (i, answer) in asked.collect::<Vec<_>>().into_iter().enumerate() {
        assert_eq!(answer.await.expect("it ran"), i);
    }
    assert_eq!(most.load(Ordering::SeqCst), 2);
}

/// Whoever has their answer goes, also while a batch of those who came later is on its way.
#[tokio::test]
async fn nobody_with_an_answer_waits_for_those_behind() {
    let gather = Arc::new(Gather::<usize, usize>::default());
    let (open, gate) = tokio::sync::watch::channel(0);
    let ask = |i: usize| {
        let (gather, gate) = (Arc::clone(&gather), gate.clone());
        tokio::spawn(async move {
            let all = move |items: Vec<usize>| {
                let mut gate = gate.clone();
                async move {
                    let last = items.iter().copied().max().unwrap_or_default();
                    let _ = gate.wait_for(|open| *open >= last).await;
                    Ok(items)
                }
            };
            gather.ask(i, all).await.expect("answered")
        })
    };
    let first = ask(1);
    tokio::task::yield_now().await;
    let together: Vec<_> = (2..=10).map(ask).collect();
    tokio::task::yield_now().await;
    open.send_replace(1);
    assert_eq!(first.await.expect("it ran"), 1);
    let later = ask(11);
    tokio::task::yield_now().await;
    open.send_replace(10);
    let answered = async {
        for answer in together {
            answer.await.expect("it ran");
        }
    };
    let soon = tokio::time::timeout(Duration::from_secs(10), answered).await;
    assert!(soon.is_ok(), "they wait for a batch that they are not in");
    open.send_replace(11);
    assert_eq!(later.await.expect("it ran"), 11);
}
