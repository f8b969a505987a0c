//! The Lambda function `authorizer`.

#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

fn main() -> Result<(), shared::edge::Error> {
    authorizer::serve()
}
