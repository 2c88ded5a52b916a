//! The resolved model: what the blueprints read.

pub mod key;
pub mod text;

pub use key::Key;
pub use text::Text;
