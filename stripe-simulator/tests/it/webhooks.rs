use std::sync::{Arc, Mutex};
use std::time::Duration;

use serde_json::Value;
use stripe_simulator::{Delivery, Mode, signature};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpListener;

use crate::support::Shop;

type Heard = Arc<Mutex<Vec<(String, String)>>>;

/// A receiver that answers 500 to the first request; keeps signature and body of each.
async fn receiver() -> (String, Heard) {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("http://{}/hook", listener.local_addr().unwrap());
    let heard = Heard::default();
    let log = Arc::clone(&heard);
    tokio::spawn(async move {
        while let Ok((mut stream, _)) = listener.accept().await {
            let mut text = String::new();
            loop {
                let mut part = [0; 4096];
                let read = stream.read(&mut part).await.unwrap();
                text.push_str(std::str::from_utf8(&part[..read]).unwrap());
                let Some((head, body)) = text.split_once("\r\n\r\n") else {
                    continue;
                };
                let header = |name: &str| {
                    head.lines()
                        .find_map(|line| line.strip_prefix(name))
                        .map(|value| value.trim().to_owned())
                };
                let length: usize = header("content-length:").unwrap().parse().unwrap();
                if body.len() >= length {
                    log.lock()
                        .unwrap()
                        .push((header("stripe-signature:").unwrap(), body.to_owned()));
                    break;
                }
            }
            let status = if log.lock().unwrap().len() == 1 {
                "500 No"
            } else {
                "200 OK"
            };
            let answer = format!("HTTP/1.1 {status}\r\ncontent-length: 0\r\n\r\n");
            stream.write_all(answer.as_bytes()).await.unwrap();
        }
    });
    (url, heard)
}

fn kinds(heard: &Heard) -> Vec<String> {
    let kind = |body: &str| {
        serde_json::from_str::<Value>(body).unwrap()["type"]
            .as_str()
            .unwrap()
            .to_owned()
    };
    heard.lock().unwrap().iter().map(|(_, body)| kind(body)).collect()
}

#[tokio::test]
async fn events_are_signed_and_tried_again() {
    let shop = Shop::open().await;
    let (url, heard) = receiver().await;
    shop.stripe.webhooks_to(&url, "whsec_1");
    shop.stripe.delivery(Delivery {
        retry_ms: 1,
        ..Delivery::default()
    });
    shop.pay("pm_card_visa", "").await;
    assert!(shop.stripe.flush(Duration::from_secs(10)).await);
    let mut kinds = kinds(&heard);
    assert_eq!(kinds.len(), 4);
    kinds.sort();
    kinds.dedup();
    assert_eq!(
        kinds,
        ["charge.succeeded", "payment_intent.created", "payment_intent.succeeded"]
    );
    let (header, body) = heard.lock().unwrap()[3].clone();
    let at = header
        .split(',')
        .next()
        .unwrap()
        .trim_start_matches("t=")
        .parse()
        .unwrap();
    assert_eq!(header, signature("whsec_1", &body, at));
}

#[tokio::test]
async fn events_are_held_doubled_and_lost() {
    let shop = Shop::open().await;
    let (url, heard) = receiver().await;
    shop.stripe.webhooks_to(&url, "whsec_1");
    shop.stripe.delivery(Delivery {
        mode: Mode::Drop,
        ..Delivery::default()
    });
    shop.pay("pm_card_visa", "").await;
    shop.stripe.delivery(Delivery {
        mode: Mode::Hold,
        copies: 2,
        attempts: 1,
        shuffle: Some(3),
        ..Delivery::default()
    });
    shop.pay("pm_card_visa", "").await;
    assert!(shop.stripe.flush(Duration::from_secs(10)).await);
    assert!(heard.lock().unwrap().is_empty());
    assert_eq!(shop.stripe.release(), 3);
    assert!(shop.stripe.flush(Duration::from_secs(10)).await);
    assert_eq!(kinds(&heard).len(), 6);
    assert_eq!(shop.get("events?limit=100").await["data"].as_array().unwrap().len(), 6);
}
