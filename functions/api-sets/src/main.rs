//! The Lambda function `api-sets`.

fn main() -> Result<(), shared::edge::Error> {
    shared::edge::serve(api_sets::handle)
}
