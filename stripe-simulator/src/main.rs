//! Runs the simulator: `stripe-simulator --listen 127.0.0.1:0 [--secret-key sk_test_1] [--webhook URL SECRET]
//! [--state FILE] [--seed N]`. It prints its URL.

use std::error::Error;
use std::io::Write;

use stripe_simulator::{Options, Simulator};

#[tokio::main]
async fn main() -> Result<(), Box<dyn Error>> {
    let mut options = Options::default();
    let mut webhooks = Vec::new();
    let mut arguments = std::env::args().skip(1);
    while let Some(name) = arguments.next() {
        let mut value = || arguments.next().ok_or(format!("{name} wants a value"));
        match name.as_str() {
            "--listen" => options.listen = value()?.parse()?,
            "--secret-key" => options.secret_key = Some(value()?),
            "--seed" => options.seed = Some(value()?.parse()?),
            "--state" => options.state = Some(value()?.into()),
            "--webhook" => webhooks.push((value()?, value()?)),
            _ => return Err(format!("{name} is not known").into()),
        }
    }
    let simulator = Simulator::start(options).await?;
    for (url, secret) in webhooks {
        simulator.webhooks_to(&url, &secret);
    }
    writeln!(std::io::stdout(), "{}", simulator.url())?;
    std::future::pending().await
}
