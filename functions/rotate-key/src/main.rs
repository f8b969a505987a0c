//! The Lambda function `rotate-key`.

fn main() -> Result<(), shared::edge::Error> {
    shared::edge::serve(rotate_key::handle)
}
