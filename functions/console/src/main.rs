//! The Lambda function `console`.

fn main() -> Result<(), shared::edge::Error> {
    shared::edge::serve(console::handle)
}
