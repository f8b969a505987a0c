//! The Lambda function `list-keys`.

fn main() -> Result<(), shared::edge::Error> {
    shared::edge::serve(list_keys::handle)
}
