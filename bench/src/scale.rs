//! What one operation costs with few keys in the table, and with very many: requests to the table, bytes from it, the
//! capacity that AWS bills, and time.

mod costs;
mod filling;
mod meter;
mod newest;
mod operations;
mod prices;
mod results;

use std::time::Instant;

use local::{
    dynamodb::ensure_table,
    stack::{Options as StackOptions, Stack, sdk},
};
use shared::{
    clock::{Clock, SystemClock},
    store::{KeyTable, Patience},
};

use self::{
    filling::{Place, fill},
    meter::Meter,
    operations::Operations,
    results::{Results, Size},
};
use crate::{
    Error,
    options::Options,
    progress,
    report::Report,
    service::Service,
    stock::{SERVICES, write_sets},
    table::NAME,
};

/// How many API sets there are.
const SETS: usize = 10;
/// So many times each operation is counted.
const COUNTED: u32 = 20;
/// And so many times each is timed.
const TIMED: u32 = 50;

/// Measures it, in one table that grows.
///
/// # Errors
/// When something that it takes cannot be had, or an operation fails.
pub async fn run(options: &Options, report: &mut Report) -> Result<(), Error> {
    let mut sizes = options.sizes.clone();
    sizes.sort_unstable();
    sizes.dedup();
    let folder = tempfile::tempdir()?;
    let place = Place { file: folder.path().join("table"), until: SystemClock.now() };
    prepare(&place).await?;
    let mut results = Results::default();
    let mut standing = 0;
    for keys in sizes {
        let begun = Instant::now();
        fill(&place, standing..keys).await?;
        standing = keys;
        let loading = begun.elapsed();
        progress(&format!("scale: measuring with {keys} keys"));
        let mut size = Size::new(keys, loading, place.bytes()?);
        measure(&place, &mut size).await?;
        results.sizes.push(size);
    }
    report.add(results.section()?);
    Ok(())
}

/// Makes the table with its API sets.
async fn prepare(place: &Place) -> Result<(), Error> {
    let service = Service::dynamodb(&place.file).await?;
    let at_table = sdk(service.url());
    ensure_table(&at_table, NAME).await?;
    let services = SERVICES.get(..SETS).unwrap_or(&SERVICES);
    write_sets(&KeyTable::new(&at_table, NAME, Patience::Admin), services, place.until).await
}

/// Counts each operation through a meter, then times it without one.
async fn measure(place: &Place, size: &mut Size) -> Result<(), Error> {
    let service = Service::dynamodb(&place.file).await?;
    let meter = Meter::start(service.url()).await?;
    for (url, meter, times) in [(meter.url(), Some(&meter), COUNTED), (service.url(), None, TIMED)] {
        let stack = Stack::start(options_on(url)).await?;
        let operations = Operations::new(&stack, url, place.until, meter).await?;
        for number in 0..times {
            operations.run(number, f64::from(number) / f64::from(times), size).await?;
        }
        stack.stop().await;
    }
    Ok(())
}

/// A stack on that table, which reads its own callers' records and the API sets only once.
fn options_on(url: &str) -> StackOptions {
    let settings = |name: &str| (name == "CACHE_TTL_SECONDS").then(|| "3600".to_owned());
    StackOptions { dynamodb: Some(url.to_owned()), settings: Box::new(settings), ..StackOptions::default() }
}
