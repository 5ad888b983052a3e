//! The binary: parses the command and runs it.

use std::process::ExitCode;

/// Requests are made of many small pieces, freed by other threads than made them.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

fn main() -> ExitCode {
    let _points = merx::platform::crash::points();
    let command = merx::command::Cli::read();
    merx::command::start_logging(&command);
    let runtime = match tokio::runtime::Builder::new_multi_thread()
        .enable_all()
        .thread_stack_size(merx::command::THREAD_STACK)
        .build()
    {
        Ok(runtime) => runtime,
        Err(error) => {
            tracing::error!(%error, "no runtime");
            return ExitCode::FAILURE;
        }
    };
    runtime.block_on(merx::command::run(command))
}
