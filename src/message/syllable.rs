//! What makes a word Vietnamese: the build of its syllable, and whether offices write it every day.

use unicode_normalization::UnicodeNormalization as _;

/// What the words of a text that have a letter which ASCII has not are like.
#[derive(Clone, Copy, Default)]
pub(super) struct Count {
    pub words: usize,
    /// Those that could be Vietnamese. In another set they often could be too.
    pub syllables: usize,
    /// Those that every letter of an office has.
    pub everyday: usize,
}

impl Count {
    pub fn of(text: &str) -> Self {
        let words = text.split(|c: char| !c.is_alphanumeric() && !is_mark(c)).filter(|word| !word.is_ascii());
        words.fold(Self::default(), |count, word| {
            let lower: String = word.chars().take(32).flat_map(char::to_lowercase).collect();
            Self {
                words: count.words + 1,
                syllables: count.syllables + usize::from(is_syllable(word)),
                everyday: count.everyday + usize::from(EVERYDAY.binary_search(&lower.as_str()).is_ok()),
            }
        })
    }
}

/// In the order of their octets.
const EVERYDAY: [&str; 165] = [
    "biểu",
    "báo",
    "bản",
    "bệnh",
    "bị",
    "bổ",
    "bộ",
    "chiều",
    "chính",
    "chỉ",
    "chủ",
    "chức",
    "chữ",
    "các",
    "cáo",
    "có",
    "công",
    "cũng",
    "cơ",
    "cấp",
    "cần",
    "của",
    "dân",
    "dấu",
    "dẫn",
    "dục",
    "dựng",
    "giám",
    "giáo",
    "giấy",
    "giờ",
    "góp",
    "gửi",
    "hiện",
    "hoạch",
    "huyện",
    "hành",
    "hơn",
    "hướng",
    "học",
    "họp",
    "hồ",
    "hội",
    "hộp",
    "khoản",
    "không",
    "kiến",
    "kính",
    "ký",
    "kế",
    "kết",
    "luật",
    "là",
    "lên",
    "lý",
    "lại",
    "môi",
    "mạng",
    "mẫu",
    "mật",
    "một",
    "mới",
    "mời",
    "nghị",
    "ngày",
    "người",
    "nhiều",
    "nhiệm",
    "nhà",
    "nhân",
    "nhập",
    "những",
    "này",
    "năm",
    "nước",
    "nếu",
    "nội",
    "phát",
    "phòng",
    "phó",
    "phút",
    "phải",
    "phủ",
    "quyết",
    "quả",
    "quản",
    "rất",
    "sách",
    "sáng",
    "sơ",
    "số",
    "sở",
    "sửa",
    "tháng",
    "thì",
    "thông",
    "thư",
    "thể",
    "thời",
    "thực",
    "triển",
    "trên",
    "trình",
    "trước",
    "trường",
    "trưởng",
    "trực",
    "tuyến",
    "tuyệt",
    "tài",
    "tác",
    "tư",
    "tại",
    "tạo",
    "tế",
    "tỉnh",
    "tịch",
    "tối",
    "tổ",
    "tờ",
    "từ",
    "tử",
    "viên",
    "việc",
    "viện",
    "và",
    "vào",
    "vì",
    "văn",
    "vẫn",
    "về",
    "vị",
    "với",
    "vụ",
    "xuống",
    "xây",
    "xã",
    "ý",
    "điều",
    "điểm",
    "điện",
    "đoàn",
    "đào",
    "đây",
    "đã",
    "đó",
    "đăng",
    "đơn",
    "đường",
    "được",
    "đạo",
    "đảng",
    "đất",
    "đầu",
    "đến",
    "đề",
    "đều",
    "để",
    "định",
    "đốc",
    "đồng",
    "đổi",
    "độ",
    "đội",
    "ủy",
];

fn is_mark(c: char) -> bool {
    matches!(c, '\u{300}'..='\u{36f}')
}

const INITIALS: [&str; 28] = [
    "", "b", "c", "ch", "d", "đ", "g", "gh", "gi", "h", "k", "kh", "l", "m", "n", "ng", "ngh", "nh", "p", "ph", "qu",
    "r", "s", "t", "th", "tr", "v", "x",
];
const FINALS: [&str; 9] = ["", "c", "ch", "m", "n", "ng", "nh", "p", "t"];
const NUCLEI: [&str; 55] = [
    "a", "ă", "â", "e", "ê", "i", "o", "ô", "ơ", "u", "ư", "y", "ai", "ao", "au", "ay", "âu", "ây", "eo", "êu", "ia",
    "iê", "iu", "iêu", "oa", "oai", "oao", "oay", "oă", "oe", "oeo", "oi", "oo", "ôi", "ơi", "ua", "uâ", "uây", "uê",
    "ui", "uô", "uôi", "uơ", "uy", "uya", "uyê", "uyu", "ưa", "ưi", "ươ", "ươi", "ươu", "ưu", "yê", "yêu",
];

/// Whether a word has the build of a Vietnamese syllable: initial, vowels, final, at most one tone; before a stop only the
/// acute and the dot are spoken.
fn is_syllable(word: &str) -> bool {
    if word.len() > 32 {
        return false;
    }
    let mut tones = Vec::new();
    let lower = word.chars().flat_map(char::to_lowercase);
    let is_tone = |c: &char| matches!(c, '\u{300}' | '\u{301}' | '\u{303}' | '\u{309}' | '\u{323}');
    let bare: String =
        lower.nfd().inspect(|c| tones.extend(Some(*c).filter(is_tone))).filter(|c| !is_tone(c)).nfc().collect();
    let speaks = |ending: &str| match ending {
        "c" | "ch" | "p" | "t" => matches!(tones.as_slice(), ['\u{301}' | '\u{323}']),
        _ => tones.len() <= 1,
    };
    INITIALS.iter().filter_map(|initial| bare.strip_prefix(initial)).any(|rest| {
        FINALS.iter().filter_map(|ending| Some((ending, rest.strip_suffix(ending)?))).any(|(ending, vowels)| {
            // In gì and giếng one i is written for two.
            (NUCLEI.contains(&vowels) || (vowels.is_empty() && bare.starts_with("gi"))) && speaks(ending)
        })
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn syllables_have_one_tone_and_the_build_of_the_language() {
        for word in ["nghiêng", "gì", "giếng", "quyết", "khuya", "Đường", "tuyệt", "mật", "ưu", "yêu", "quốc", "khuỷu"]
        {
            assert!(is_syllable(word), "{word}");
        }
        for word in ["cỏc", "ngt", "ẫẩ", "été", "niño", "wăn", "mâtj", "hoc\u{300}", "a\u{301}\u{300}"] {
            assert!(!is_syllable(word), "{word}");
        }
    }
}
