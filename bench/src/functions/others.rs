//! Others who use the table.
//!
//! The embedded `DynamoDB` is slow at first when nobody has asked it for a moment. AWS's has others to serve all the time, so
//! a function that has just started must not be taken for a slow one in its table's place. While it starts, somebody else
//! asks, from where the table is.

use std::{io, thread};

use aws_sdk_dynamodb::{Client, types::AttributeValue};
use local::stack::sdk;
use tokio::sync::{
    mpsc::{self, UnboundedReceiver, UnboundedSender},
    oneshot::{self, Receiver, Sender, error::TryRecvError},
};

use crate::{Error, processors::Processors, table};

/// For how many keys they ask: the newest ones.
const KEYS: usize = 20;

/// They end when this goes.
pub(crate) struct Others {
    ask: UnboundedSender<Visit>,
}

/// From now on until somebody tells.
struct Visit {
    enough: Receiver<()>,
    over: Sender<Result<(), Error>>,
}

impl Others {
    /// Those who ask the `DynamoDB` at `url` for the keys of these texts.
    pub(crate) fn start(url: &str, texts: &[String], processors: Processors) -> Result<Self, Error> {
        let (ask, asked) = mpsc::unbounded_channel();
        let texts: Vec<_> = texts.iter().rev().take(KEYS).cloned().collect();
        let client = Client::new(&sdk(url));
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
        thread::spawn(move || {
            let held = processors.serve_here();
            runtime.block_on(serve(&client, &texts, &held, asked));
        });
        Ok(Self { ask })
    }

    /// Has them use it while something takes its time; its outcome is there when they have left.
    pub(crate) async fn beside<T>(&self, something: impl Future<Output = T>) -> Result<T, Error> {
        let ((stop, enough), (over, left)) = (oneshot::channel(), oneshot::channel());
        self.ask.send(Visit { enough, over }).map_err(|_| "nobody else can use the table")?;
        let outcome = something.await;
        drop(stop);
        left.await??;
        Ok(outcome)
    }
}

async fn serve(client: &Client, texts: &[String], held: &io::Result<()>, mut asked: UnboundedReceiver<Visit>) {
    while let Some(Visit { enough, over }) = asked.recv().await {
        let done = match held {
            Ok(()) => read(client, texts, enough).await,
            Err(error) => Err(error.to_string().into()),
        };
        // Whoever waited may have given up.
        let _ = over.send(done);
    }
}

async fn read(client: &Client, texts: &[String], mut enough: Receiver<()>) -> Result<(), Error> {
    for id in texts.iter().filter_map(|text| text.rsplit('_').nth(1)).cycle() {
        if enough.try_recv() != Err(TryRecvError::Empty) {
            break;
        }
        let key = client.get_item().table_name(table::NAME).consistent_read(true);
        let key =
            key.key("pk", AttributeValue::S(format!("key#{id}"))).key("sk", AttributeValue::S("record".to_owned()));
        key.send().await?.item.ok_or("a key is not in the table")?;
    }
    Ok(())
}
