//! The Lambda function `update-key`.

fn main() -> Result<(), shared::edge::Error> {
    shared::edge::serve(update_key::handle)
}
