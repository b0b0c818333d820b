//! LZWDecode (ISO 32000-2, 7.4.4).

const CLEAR: usize = 256;
const END: usize = 257;
const LONGEST: u32 = 12;

/// Ends at the end-of-data code, at the end of the octets, or once there are `limit` octets; `None` at a code that
/// stands for nothing. `early`: the code length grows one code before it must.
pub(super) fn decode(data: &[u8], early: bool, limit: usize) -> Option<Vec<u8>> {
    let mut plain: Vec<u8> = Vec::new();
    // Each code from 258 on stands for octets that are there already: where they begin, and how many they are.
    let mut table: Vec<(usize, usize)> = Vec::new();
    let mut previous: Option<(usize, usize)> = None;
    let mut bits = Bits { data, held: 0, count: 0 };
    let mut width = 9;
    while plain.len() < limit {
        let Some(code) = bits.take(width) else { break };
        match code {
            CLEAR => {
                table.clear();
                previous = None;
                width = 9;
                continue;
            }
            END => break,
            _ => {}
        }
        let start = plain.len();
        // The octets of the code before, and the first of this one, become the next entry; this code may be it.
        if let Some((from, length)) = previous
            && table.len() < (1 << LONGEST) - 258
        {
            table.push((from, length + 1));
        }
        if let Ok(octet) = u8::try_from(code) {
            plain.push(octet);
        } else {
            let (from, length) = *table.get(code - 258)?;
            for at in from..from + length {
                plain.push(*plain.get(at)?);
            }
        }
        previous = Some((start, plain.len() - start));
        let codes = table.len() + 258 + usize::from(early);
        width = (usize::BITS - codes.leading_zeros()).clamp(9, LONGEST);
    }
    Some(plain)
}

/// Codes from the high-order bit on.
struct Bits<'a> {
    data: &'a [u8],
    held: u32,
    count: u32,
}

impl Bits<'_> {
    fn take(&mut self, width: u32) -> Option<usize> {
        while self.count < width {
            let (octet, rest) = self.data.split_first()?;
            self.data = rest;
            self.held = self.held << 8 | u32::from(*octet);
            self.count += 8;
        }
        self.count -= width;
        Some((self.held >> self.count & ((1 << width) - 1)) as usize)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Encodes with a table of single octets only, clearing before the codes grow.
    fn encoded(plain: &[u8]) -> Vec<u8> {
        let codes =
            plain.chunks(200).flat_map(|run| std::iter::once(CLEAR).chain(run.iter().map(|octet| usize::from(*octet))));
        let (mut data, mut held, mut count) = (Vec::new(), 0_u64, 0);
        for code in codes.chain([END, 0]) {
            held = held << 9 | code as u64;
            count += 9;
            while count >= 8 {
                count -= 8;
                data.push((held >> count & 0xFF) as u8);
            }
        }
        data
    }

    #[test]
    fn the_example_of_the_standard_is_decoded() {
        let data = [0x80, 0x0B, 0x60, 0x50, 0x22, 0x0C, 0x0C, 0x85, 0x01];
        assert_eq!(decode(&data, true, 99).unwrap(), [45, 45, 45, 45, 45, 65, 45, 45, 45, 66]);
    }

    #[test]
    fn it_stops_soon_after_the_limit_and_at_codes_that_stand_for_nothing() {
        let plain: Vec<u8> = (0..1_000_u32).map(|value| (value % 251) as u8).collect();
        assert_eq!(decode(&encoded(&plain), true, 9_999).unwrap(), plain);
        assert!(decode(&encoded(&plain), true, 100).unwrap().len() <= 101);
        assert_eq!(decode(&[0xFF, 0xFF], true, 99), None);
    }
}
