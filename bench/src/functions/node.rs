//! The authorizer that one would write by hand in Node.js, if there is Node.js: from its folder of packages, and bundled
//! into one file, as `sam build` does with esbuild.

use std::path::PathBuf;

use super::{
    contender::{Contender, Presents},
    life::Program,
};
use crate::{Error, node, progress};

/// The names of both. Either reads the item of each key that it is shown.
const NAMES: [(&str, &str); 2] = [("Node.js", "authorizer.mjs"), ("Node.js, bundled", "dist/authorizer.cjs")];

/// Both, if Node.js can be had; why not, if it cannot.
pub(crate) async fn contenders() -> Result<Result<Vec<Contender>, String>, Error> {
    let folder = node::folder("node");
    let program = match node::with_packages(&folder).await {
        Ok(program) => program,
        Err(missing) => return Ok(Err(missing)),
    };
    let bundled = node::run(&folder, "npm", &["run", "--silent", "bundle"]).await;
    let count = match bundled {
        Ok(_) => NAMES.len(),
        Err(error) => {
            progress(&error.to_string());
            1
        }
    };
    let contender = |(name, file): (&'static str, &str)| {
        let files: [PathBuf; 2] = [folder.join("runtime.mjs"), folder.join(file)];
        let arguments = files.map(PathBuf::into_os_string).to_vec();
        let program = Program { name, file: program.clone().into_os_string(), arguments };
        Contender { name, program, starts: true, presents: Presents::NewKeys, lets_in: Some(true) }
    };
    Ok(Ok(NAMES.into_iter().take(count).map(contender).collect()))
}
