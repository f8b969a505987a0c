//! The Lambda function `authorizer`.

fn main() -> Result<(), shared::edge::Error> {
    authorizer::serve()
}
