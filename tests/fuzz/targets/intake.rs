#![no_main]

libfuzzer_sys::fuzz_target!(|octets: &[u8]| dieu7::fuzz::run("intake", octets));
