//! Rules about the windows of backups and maintenance: half an hour at least, in UTC, and apart
//! (<https://docs.aws.amazon.com/AmazonRDS/latest/UserGuide/USER_UpgradeDBInstance.Maintenance.html>).

use crate::check::Subject;
use crate::diagnostic::Diagnostics;
use crate::spec::path::SpecPath;

const DAYS: [&str; 7] = ["mon", "tue", "wed", "thu", "fri", "sat", "sun"];
const DAY: u32 = 24 * 60;
const WEEK: u32 = 7 * DAY;
/// Minutes that RDS asks for at least.
const LEAST: u32 = 30;

/// Both windows.
pub(super) fn windows(subject: &Subject, found: &mut Diagnostics) {
    let (Some(create), Some(created)) = (super::create(subject), super::created(subject)) else { return };
    let at = SpecPath::from("database.create");
    let read = |key: &str, window: &str, weekly: bool, found: &mut Diagnostics| {
        let read = span(window, weekly);
        if read.is_none() {
            let example = if weekly { "sun:03:00-sun:04:00" } else { "01:00-02:00" };
            let message = "this is no window of half an hour or more";
            found.bad_value(&at.key(key), message, &[format!("it looks like `{example}`, in UTC and small letters")]);
        }
        read
    };
    let maintenance = read("maintenance_window", &created.maintenance_window, true, found);
    let backup = read("backup_window", &created.backup_window, false, found);
    if let (Some(maintenance), Some(backup)) = (maintenance, backup)
        && (0..7).any(|day| overlap(maintenance, (backup.0 + day * DAY, backup.1)))
    {
        let written = if create.backup_window.is_some() { "backup_window" } else { "maintenance_window" };
        found.window_overlap(&at.key(written), &created.backup_window, &created.maintenance_window);
    }
}

/// Beginning and length in minutes.
fn span(text: &str, weekly: bool) -> Option<(u32, u32)> {
    let (from, to) = text.split_once('-')?;
    let around = if weekly { WEEK } else { DAY };
    let (from, to) = (minute(from, weekly)?, minute(to, weekly)?);
    let length = (to + around - from) % around;
    (length >= LEAST).then_some((from, length))
}

fn minute(text: &str, weekly: bool) -> Option<u32> {
    let (day, time) = match weekly {
        true => text.split_once(':').and_then(|(day, time)| Some((DAYS.iter().position(|it| *it == day)?, time)))?,
        false => (0, text),
    };
    let number = |text: &str| (text.len() == 2).then(|| text.parse::<u32>().ok()).flatten();
    let (hour, minute) = time.split_once(':')?;
    let (hour, minute) = (number(hour)?, number(minute)?);
    (hour < 24 && minute < 60).then_some(u32::try_from(day).ok()? * DAY + hour * 60 + minute)
}

/// Whether two spans of a week have a minute in common.
fn overlap(one: (u32, u32), other: (u32, u32)) -> bool {
    let after = |from: u32, to: u32| (to + WEEK - from % WEEK) % WEEK;
    after(one.0, other.0 % WEEK) < one.1 || after(other.0, one.0 % WEEK) < other.1
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn windows_are_read_and_compared() {
        assert_eq!(span("01:00-02:00", false), Some((60, 60)));
        assert_eq!(span("23:45-00:15", false), Some((1425, 30)));
        assert_eq!(span("sun:23:30-mon:00:30", true), Some((6 * DAY + 1410, 60)));
        for bad in ["01:00-01:15", "1:00-2:00", "25:00-26:00", "sun:01:00-sun:02:00", ""] {
            assert_eq!(span(bad, false), None, "{bad}");
        }
        assert_eq!(span("01:00-02:00", true), None);
        assert!(overlap((6 * DAY + 60, 60), (6 * DAY + 90, 60)));
        assert!(overlap((6 * DAY + 1410, 60), (0, 30)));
        assert!(!overlap((60, 60), (120, 60)));
    }
}
