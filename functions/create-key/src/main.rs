//! The Lambda function `create-key`.

fn main() -> Result<(), shared::edge::Error> {
    shared::edge::serve(create_key::handle)
}
