//! The crash matrix: the release binary is killed before and after every call that it makes, and the whole rotation is then
//! repeated by a new process, as Secrets Manager does when a step fails. How many calls there are is found out by a
//! rotation that nothing disturbs, so that none is left out.

mod cell;
mod scene;

use std::{collections::BTreeMap, fmt::Write as _, sync::Arc};

use tokio::{sync::Semaphore, task::JoinSet};

use self::{
    cell::{Outcome, run},
    scene::{SCENES, Scene},
};
use super::gate::Fate;

/// How many cells are tried at once.
const AT_ONCE: usize = 4;

/// Where in the table a row stands: which scene, which call, which side.
type Place = (usize, usize, usize);

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_rotation_that_is_killed_at_any_call_is_made_whole_by_its_repetition() {
    let (turns, mut trials) = (Arc::new(Semaphore::new(AT_ONCE)), JoinSet::new());
    let mut calls = Vec::new();
    for (place, scene) in SCENES.iter().enumerate() {
        let clean = run(scene, None, None).await.calls;
        let clean = Arc::new(clean);
        for number in 0..clean.len() {
            for (side, fate) in [Fate::HeldBefore, Fate::HeldAfter].into_iter().enumerate() {
                let (turns, clean) = (Arc::clone(&turns), Arc::clone(&clean));
                trials.spawn(async move {
                    let _turn = turns.acquire().await.unwrap();
                    let outcome = run(scene, Some((number, fate)), Some(clean.as_slice())).await;
                    ((place, number, side), outcome)
                });
            }
        }
        calls.push(clean);
    }
    let mut outcomes: BTreeMap<Place, Outcome> = BTreeMap::new();
    while let Some(cell) = trials.join_next().await {
        let (place, outcome) = cell.unwrap_or_else(|error| std::panic::resume_unwind(error.into_panic()));
        outcomes.insert(place, outcome);
    }
    assert_eq!(outcomes.len(), calls.iter().map(|calls| calls.len() * 2).sum::<usize>(), "no cell is left out");
    let table = table(&outcomes);
    println!("{table}");
    insta::assert_snapshot!("crashes", table);
}

/// The matrix as text.
fn table(outcomes: &BTreeMap<Place, Outcome>) -> String {
    let mut table = String::from(
        "Killed at each call, on the side given; then repeated from createSecret on by a new process.\n\
         secret: what AWSCURRENT was at the kill. old: whether the old text worked then.\n\
         made: how many texts were made in all. end: how many of those work at the end; AWSCURRENT is that one.\n",
    );
    for (number, scene) in SCENES.iter().enumerate() {
        writeln!(table, "\n{}", scene.name).unwrap();
        table.push_str(&line(["step", "call", "of", "killed", "secret", "old", "made", "end"]));
        let rows = outcomes.iter().filter(|((place, ..), _)| *place == number);
        for ((_, call, side), outcome) in rows {
            table.push_str(&row(scene, outcome, *call, ["before", "after"][*side]));
        }
    }
    writeln!(table, "\n{} cells", outcomes.len()).unwrap();
    table
}

fn row(scene: &Scene, outcome: &Outcome, call: usize, side: &str) -> String {
    let Outcome { calls, moved, old_worked, made, working } = outcome;
    let call = &calls[call];
    let old = match old_worked {
        _ if scene.is_first() => "none",
        true => "works",
        false => "ended",
    };
    let secret = match moved {
        true => "new",
        false if scene.is_first() => "empty",
        false => "old",
    };
    let (made, end) = (made.to_string(), working.to_string());
    line([call.step, &call.operation, call.service, side, secret, old, &made, &end])
}

fn line(cells: [&str; 8]) -> String {
    let [step, call, service, side, secret, old, made, end] = cells;
    format!("{step:<13}{call:<25}{service:<17}{side:<8}{secret:<8}{old:<7}{made:<6}{end}\n")
}
