//! `#[entry]` for Linux: the function that C's start-up code calls is the program's `main`.

use proc_macro::TokenStream;

/// Marks `fn main() -> !`, as `cortex-m-rt` and `riscv-rt` do.
#[proc_macro_attribute]
pub fn entry(_: TokenStream, function: TokenStream) -> TokenStream {
    let start = "#[unsafe(export_name = \"main\")] extern \"C\" fn __start() -> i32 { main() }";
    let start: TokenStream = start.parse().unwrap_or_default();
    [start, function].into_iter().collect()
}
