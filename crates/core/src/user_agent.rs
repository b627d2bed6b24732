//! What a browser says of itself, made fit to be stored and shown.

const MAX_CHARS: usize = 255;

/// Makes any header value storable: invalid UTF-8 replaced, control characters removed, cut to 255
/// characters. Odd input never fails a login (S-062).
pub fn clean(header: &[u8]) -> String {
    String::from_utf8_lossy(header).chars().filter(|c| !c.is_control()).take(MAX_CHARS).collect()
}

/// What kind of thing a browser runs on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum DeviceKind {
    /// Fits a pocket.
    Phone,
    /// Larger, without a keyboard of its own.
    Tablet,
    /// Has a keyboard: a laptop too.
    Desktop,
    /// It does not say: a program, or nothing at all.
    Other,
}

impl DeviceKind {
    /// The name of its picture.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Phone => "phone",
            Self::Tablet => "tablet",
            Self::Desktop => "desktop",
            Self::Other => "other",
        }
    }
}

/// What a browser tells of itself and of what it runs on. Names are the same in all languages.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Device {
    /// The browser: `Firefox`, `Mobile Safari`.
    pub browser: Option<&'static str>,
    /// The device where it has a name of its own (`iPhone`, `iPad`), else the operating system.
    pub system: Option<&'static str>,
    /// Phone, tablet or desktop.
    pub kind: DeviceKind,
}

/// Reads a `User-Agent`, as far as it is to be believed: it is whatever the client likes to send.
pub fn describe(user_agent: &str) -> Device {
    let agent = user_agent.to_ascii_lowercase();
    let system = system(&agent);
    let browser = browser(&agent).map(|name| match name {
        "Safari" if agent.contains("mobile") => "Mobile Safari",
        name => name,
    });
    Device { browser, system, kind: kind(&agent, system) }
}

/// A short name for a session list: `Firefox on Windows`, `Safari on iPhone`, `Unknown device`.
pub fn device(user_agent: &str) -> String {
    let agent = user_agent.to_ascii_lowercase();
    match (browser(&agent), system(&agent)) {
        (Some(browser), Some(system)) => format!("{browser} on {system}"),
        (Some(name), None) | (None, Some(name)) => name.to_owned(),
        (None, None) => "Unknown device".to_owned(),
    }
}

/// The first match wins: most browsers also name those they descend from. `agent` is in lower case.
fn browser(agent: &str) -> Option<&'static str> {
    [
        ("edg/", "Edge"),
        ("edga/", "Edge"),
        ("edgios/", "Edge"),
        ("edge/", "Edge"),
        ("opr/", "Opera"),
        ("opera", "Opera"),
        ("samsungbrowser/", "Samsung Internet"),
        ("vivaldi/", "Vivaldi"),
        ("fxios/", "Firefox"),
        ("firefox/", "Firefox"),
        ("crios/", "Chrome"),
        ("chromium/", "Chromium"),
        ("chrome/", "Chrome"),
        ("safari/", "Safari"),
        ("curl/", "curl"),
    ]
    .into_iter()
    .find_map(|(mark, name)| agent.contains(mark).then_some(name))
}

/// The first match wins. `agent` is in lower case.
fn system(agent: &str) -> Option<&'static str> {
    [
        ("iphone", "iPhone"),
        ("ipad", "iPad"),
        ("android", "Android"),
        // With the space, because Microsoft has these letters too.
        ("cros ", "ChromeOS"),
        ("windows", "Windows"),
        ("mac os x", "macOS"),
        ("macintosh", "macOS"),
        ("linux", "Linux"),
    ]
    .into_iter()
    .find_map(|(mark, name)| agent.contains(mark).then_some(name))
}

/// `agent` is in lower case. On Android only phones say that they are mobile.
fn kind(agent: &str, system: Option<&str>) -> DeviceKind {
    let says = |mark: &str| agent.contains(mark);
    if says("ipad") || says("tablet") || (says("android") && !says("mobile")) {
        DeviceKind::Tablet
    } else if says("iphone") || says("android") {
        DeviceKind::Phone
    } else if system.is_some() {
        DeviceKind::Desktop
    } else {
        DeviceKind::Other
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn s062_odd_user_agents_are_made_storable() {
        assert_eq!(clean(&[b'a'; 10_240]).len(), 255);
        assert_eq!(clean("🦊".repeat(300).as_bytes()).chars().count(), 255);
        assert_eq!(clean(b"a\0b\r\nc\x1b[31m\xff"), "abc[31m\u{fffd}");
        assert_eq!(clean(b""), "");
    }

    #[test]
    fn a_device_has_a_short_name() {
        for (header, name) in [
            ("Mozilla/5.0 (Windows NT 10.0; Win64; x64; rv:140.0) Gecko/20100101 Firefox/140.0", "Firefox on Windows"),
            (
                "Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) AppleWebKit/605.1.15 Version/18.0 Safari/605.1.15",
                "Safari on macOS",
            ),
            (
                "Mozilla/5.0 (iPhone; CPU iPhone OS 18_0 like Mac OS X) AppleWebKit/605.1.15 Version/18.0 Mobile/15E148 Safari/604.1",
                "Safari on iPhone",
            ),
            (
                "Mozilla/5.0 (Windows NT 10.0) AppleWebKit/537.36 Chrome/140.0.0.0 Safari/537.36 Edg/140.0",
                "Edge on Windows",
            ),
            (
                "Mozilla/5.0 (Linux; Android 15) AppleWebKit/537.36 Chrome/140.0.0.0 Mobile Safari/537.36",
                "Chrome on Android",
            ),
            ("Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 Chrome/140.0.0.0 Safari/537.36", "Chrome on Linux"),
            ("curl/8.5.0", "curl"),
            ("", "Unknown device"),
            ("<script>", "Unknown device"),
        ] {
            assert_eq!(device(header), name);
        }
    }

    #[test]
    fn a_device_is_described_by_browser_system_and_kind() {
        const MAC: &str = "Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) AppleWebKit/537.36";
        const IPAD: &str = "Mozilla/5.0 (iPad; CPU OS 12_5 like Mac OS X) AppleWebKit/605.1.15";
        const ANDROID: &str = "Mozilla/5.0 (Linux; Android 15; K) AppleWebKit/537.36";
        const WINDOWS: &str = "Mozilla/5.0 (Windows NT 10.0; Win64; x64)";
        for (header, browser, system, kind) in [
            (format!("{MAC} Chrome/140.0.0.0 Safari/537.36"), Some("Chrome"), Some("macOS"), DeviceKind::Desktop),
            (
                "Mozilla/5.0 (iPhone; CPU iPhone OS 18_0 like Mac OS X) Version/18.0 Mobile/15E148 Safari/604.1".into(),
                Some("Mobile Safari"),
                Some("iPhone"),
                DeviceKind::Phone,
            ),
            (
                format!("{IPAD} Version/12.1.2 Mobile/15E148 Safari/604.1"),
                Some("Mobile Safari"),
                Some("iPad"),
                DeviceKind::Tablet,
            ),
            (
                format!("{IPAD} CriOS/140.0 Mobile/15E148 Safari/604.1"),
                Some("Chrome"),
                Some("iPad"),
                DeviceKind::Tablet,
            ),
            (
                format!("{ANDROID} Chrome/140.0.0.0 Mobile Safari/537.36"),
                Some("Chrome"),
                Some("Android"),
                DeviceKind::Phone,
            ),
            (format!("{ANDROID} Chrome/140.0.0.0 Safari/537.36"), Some("Chrome"), Some("Android"), DeviceKind::Tablet),
            (
                "Mozilla/5.0 (Android 15; Tablet; rv:140.0) Gecko/140.0 Firefox/140.0".into(),
                Some("Firefox"),
                Some("Android"),
                DeviceKind::Tablet,
            ),
            (
                "Mozilla/5.0 (X11; CrOS x86_64 14541.0.0) AppleWebKit/537.36 Chrome/140.0.0.0 Safari/537.36".into(),
                Some("Chrome"),
                Some("ChromeOS"),
                DeviceKind::Desktop,
            ),
            (
                format!("{WINDOWS} Chrome/140.0 Safari/537.36 OPR/120.0"),
                Some("Opera"),
                Some("Windows"),
                DeviceKind::Desktop,
            ),
            (
                format!("{WINDOWS} Chrome/140.0 Safari/537.36 EDG/140.0"),
                Some("Edge"),
                Some("Windows"),
                DeviceKind::Desktop,
            ),
            (
                format!("{ANDROID} Chrome/140.0 Mobile Safari/537.36 EdgA/140.0"),
                Some("Edge"),
                Some("Android"),
                DeviceKind::Phone,
            ),
            ("Linux".into(), None, Some("Linux"), DeviceKind::Desktop),
            ("curl/8.5.0".into(), Some("curl"), None, DeviceKind::Other),
            ("Microsoft Office/16.0".into(), None, None, DeviceKind::Other),
            (String::new(), None, None, DeviceKind::Other),
        ] {
            assert_eq!(describe(&header), Device { browser, system, kind }, "{header}");
        }
    }
}
