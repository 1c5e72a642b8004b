//! How files change: each way as those do it that change them.

use super::{Followed, Place, options, saying};
use std::fs::{self, File};
use std::io::Write;
use std::time::{Duration, Instant, SystemTime};

/// Writes in place, piece by piece.
fn write_in_pieces(place: &Place, path: &str, text: &str, pieces: usize, pause: Duration) {
    let mut file = File::create(place.path(path)).unwrap();
    for piece in text.as_bytes().chunks(text.len().div_ceil(pieces)) {
        std::thread::sleep(pause);
        file.write_all(piece).unwrap();
        file.flush().unwrap();
    }
}

#[test]
fn in_place_in_pieces() {
    let place = Place::saying_one();
    let followed = place.follow("p");
    write_in_pieces(&place, "p/a.policy", &saying(2), 20, Duration::from_millis(2));
    followed.comes_to_say(2);
    // So slowly that each piece is looked at; the half written states have errors.
    write_in_pieces(&place, "p/a.policy", &saying(3), 4, Duration::from_millis(150));
    followed.comes_to_say(3);
    assert_eq!(followed.live.snapshot().generation, 3, "nothing else ever ran");
    assert!(followed.live.status().attempts > 3, "the pieces were looked at");
}

#[test]
fn written_beside_and_renamed() {
    let place = Place::saying_one();
    for path in ["p", "p/a.policy"] {
        let followed = place.follow(path);
        for number in [2, 3, 4, 1] {
            place.write("p/sedA7f3Qx", saying(number));
            place.rename("p/sedA7f3Qx", "p/a.policy");
            followed.comes_to_say(number);
        }
    }
}

#[test]
fn saved_by_vim() {
    let place = Place::saying_one();
    let followed = place.follow("p");
    for number in [2, 3] {
        place.write("p/.a.policy.swp", [0; 4_096]);
        // Whether files can be made here; then the old one becomes the backup.
        place.write("p/4913", "");
        place.remove("p/4913");
        place.rename("p/a.policy", "p/a.policy~");
        place.write("p/a.policy", saying(number));
        place.remove("p/a.policy~");
        place.remove("p/.a.policy.swp");
        followed.comes_to_say(number);
    }
    assert_eq!(followed.live.snapshot().generation, 3);
}

#[cfg(unix)]
#[test]
fn saved_by_emacs() {
    let place = Place::saying_one();
    let followed = place.follow("p");
    for number in [2, 3] {
        // A lock that leads nowhere, a copy of what is not saved yet, and the backup of the first save.
        std::os::unix::fs::symlink("ann@host.4711:1700000000", place.path("p/.#a.policy")).unwrap();
        place.write("p/#a.policy#", saying(number));
        if number == 2 {
            place.rename("p/a.policy", "p/a.policy~");
        }
        place.write("p/a.policy", saying(number));
        place.remove("p/#a.policy#");
        place.remove("p/.#a.policy");
        followed.comes_to_say(number);
    }
    assert_eq!(followed.live.snapshot().generation, 3);
}

#[test]
fn saved_by_vs_code() {
    let place = Place::saying_one();
    let followed = place.follow("p/a.policy");
    for number in [2, 3] {
        // Truncated, then written as a whole.
        let mut file = File::create(place.path("p/a.policy")).unwrap();
        std::thread::sleep(Duration::from_millis(3));
        file.write_all(saying(number).as_bytes()).unwrap();
        drop(file);
        followed.comes_to_say(number);
    }
    assert_eq!(followed.live.snapshot().generation, 3);
}

#[cfg(unix)]
#[test]
fn swapped_by_kubernetes() {
    use std::os::unix::fs::symlink;
    let place = Place::new();
    place.write("p/..2024_01/a.policy", saying(1));
    symlink("..2024_01", place.path("p/..data")).unwrap();
    symlink("..data/a.policy", place.path("p/a.policy")).unwrap();
    let (whole, one) = (place.follow("p"), place.follow("p/a.policy"));
    for number in 2..6 {
        let (old, new) = (format!("..2024_{:02}", number - 1), format!("..2024_{number:02}"));
        place.write(&format!("p/{new}/a.policy"), saying(number));
        symlink(&new, place.path("p/..data_tmp")).unwrap();
        place.rename("p/..data_tmp", "p/..data");
        place.remove(&format!("p/{old}"));
        whole.comes_to_say(number);
        one.comes_to_say(number);
    }
    assert_eq!(whole.live.snapshot().generation, 5);
}

#[cfg(unix)]
#[test]
fn a_link_to_a_release_is_turned() {
    use std::os::unix::fs::symlink;
    let place = Place::new();
    for number in 1..4 {
        place.write(&format!("releases/{number}/policies/a.policy"), saying(number));
    }
    symlink("releases/1", place.path("current")).unwrap();
    let followed = place.follow("current/policies");
    for number in [2, 3, 1] {
        symlink(format!("releases/{number}"), place.path("next")).unwrap();
        place.rename("next", "current");
        followed.comes_to_say(number);
    }
    place.write("releases/1/policies/a.policy", saying(9));
    followed.comes_to_say(9);
}

/// A policy of many files, each with a share of the grants.
fn checkout(place: &Place, number: u32) {
    for (at, line) in saying(number).lines().enumerate() {
        for copy in 0..10 {
            let path = format!("p/{}/{at:02}-{copy}.policy", at % 4);
            // Every file but one of ten is a comment, and each is another file than before.
            let text = if copy == 0 && !line.starts_with("policy") {
                line.to_owned()
            } else {
                format!("# {number}")
            };
            if place.path(&path).exists() {
                place.remove(&path);
            }
            place.write(&path, text);
        }
    }
}

#[test]
fn many_files_checked_out_by_git() {
    let place = Place::new();
    checkout(&place, 1);
    let followed = Followed::with(
        &place.path("p"),
        options().quiet(Duration::from_millis(400)).patience(Duration::from_secs(5)),
    );
    for number in [0x0ff0, 0xf00f, 0x5555] {
        place.write("p/.git/index.lock", "");
        checkout(&place, number);
        place.rename("p/.git/index.lock", "p/.git/index");
        followed.comes_to_say(number);
    }
    assert_eq!(followed.live.snapshot().generation, 4, "each checkout came as a whole");
}

#[test]
fn the_directory_goes_and_comes_back() {
    let place = Place::saying_one();
    let followed = place.follow("p");
    for number in [2, 3, 4] {
        place.remove("p");
        followed.refuses("there is no such file or directory", number - 1);
        place.write("p/a.policy", saying(number));
        followed.comes_to_say(number);
        // It is watched again.
        place.write("p/a.policy", saying(number + 10));
        followed.comes_to_say(number + 10);
        place.write("p/a.policy", saying(number));
        followed.comes_to_say(number);
    }
    // So quickly that nobody sees it gone.
    place.remove("p");
    place.write("p/a.policy", saying(5));
    followed.comes_to_say(5);
    place.write("p/a.policy", saying(6));
    followed.comes_to_say(6);
}

#[test]
fn another_directory_takes_its_place() {
    let place = Place::saying_one();
    let followed = place.follow("p");
    place.write("next/a.policy", saying(2));
    place.rename("p", "before");
    place.rename("next", "p");
    followed.comes_to_say(2);
    place.write("before/a.policy", saying(3));
    place.write("p/a.policy", saying(4));
    followed.comes_to_say(4);
}

#[test]
fn directories_are_added_and_taken_away() {
    let place = Place::saying_one();
    place.write("p/b.policy", "# another");
    let followed = place.follow("p");
    place.write("p/new/deep/c.policy", saying(2));
    place.remove("p/a.policy");
    followed.comes_to_say(2);
    place.write("p/new/deep/c.policy", saying(3));
    followed.comes_to_say(3);
    place.write("beside/d.policy", saying(4));
    place.remove("p/new");
    followed.refuses("the policy has no statement", 3);
    place.rename("beside", "p/beside");
    followed.comes_to_say(4);
}

#[test]
fn what_editors_leave_is_no_policy() {
    let place = Place::saying_one();
    let followed = place.follow("p");
    let names = [
        ".a.policy.swp",
        ".a.policy.swx",
        "a.policy~",
        "#a.policy#",
        ".#a.policy",
        "a.policy.bak",
        "a.policy.orig",
        "a.policy.tmp",
        "a.policy___jb_tmp___",
        "4913",
        ".goutputstream-X",
        "a.policy.rej",
        ".git/HEAD",
    ];
    for name in names {
        place.write(&format!("p/{name}"), "category {");
    }
    std::thread::sleep(Duration::from_millis(200));
    let status = followed.live.status();
    assert_eq!((status.attempts, status.failure.is_none()), (1, true));
    place.write("p/a.policy", saying(2));
    followed.comes_to_say(2);
}

/// The tests may run as root, who may read everything; so files become what nobody can read.
#[cfg(unix)]
#[test]
fn what_can_not_be_read_is_waited_for() {
    use std::os::unix::fs::PermissionsExt;
    let place = Place::saying_one();
    let followed = place.follow("p");
    let mut number = 1;
    let mut come_back = |place: &Place| {
        number += 1;
        place.replace("p/a.policy", saying(number));
        followed.comes_to_say(number);
        number
    };
    // A directory with the file's name.
    place.remove("p/a.policy");
    fs::create_dir(place.path("p/a.policy")).unwrap();
    followed.refuses("no policy in", 1);
    place.remove("p/a.policy");
    let number = come_back(&place);
    // A socket.
    place.remove("p/a.policy");
    let socket = std::os::unix::net::UnixListener::bind(place.path("p/a.policy")).unwrap();
    followed.refuses("neither a file nor a directory", number);
    drop(socket);
    let number = come_back(&place);
    // Bytes that are no text.
    place.write("p/a.policy", [b'#', 0xff, 0xfe]);
    followed.refuses("P0003", number);
    let number = come_back(&place);
    // A link that leads nowhere.
    place.remove("p/a.policy");
    std::os::unix::fs::symlink("nowhere", place.path("p/a.policy")).unwrap();
    followed.refuses("there is no such file", number);
    let number = come_back(&place);
    // What it is about, where it can be shown.
    let mode =
        |mode| fs::set_permissions(place.path("p/a.policy"), fs::Permissions::from_mode(mode)).unwrap();
    place.write("p/a.policy", saying(9));
    mode(0o000);
    if File::open(place.path("p/a.policy")).is_err() {
        followed.refuses("check that you may read it", number);
    }
    mode(0o644);
    followed.comes_to_say(9);
}

#[test]
fn a_thousand_writes_are_few_reloads() {
    let place = Place::saying_one();
    let followed = place.follow("p");
    let start = Instant::now();
    for number in 2..1_002 {
        place.write("p/a.policy", saying(number));
    }
    let took = start.elapsed();
    followed.comes_to_say(1_001);
    // Once for each half second that the burst lasts, or for each time that the writer was kept waiting; and at its end.
    let attempts = followed.live.status().attempts - 1;
    assert!(attempts <= 3 + took.as_millis() as u64 / 40, "{attempts} attempts in {took:?}");
    assert!(attempts < 100, "{attempts} attempts in {took:?}");
}

#[test]
fn clocks_that_jump_decide_nothing() {
    let place = Place::saying_one();
    let (by_events, by_looking) = (
        place.follow("p"),
        Followed::with(&place.path("p"), options().polling().every(Duration::from_millis(10))),
    );
    let old = fs::metadata(place.path("p/a.policy")).unwrap().modified().unwrap();
    let times = [
        SystemTime::UNIX_EPOCH,
        SystemTime::now() + Duration::from_secs(100 * 365 * 86_400),
        old,
        SystemTime::now() - Duration::from_secs(86_400),
        old,
    ];
    // As long as each other, and at times that say nothing.
    for (number, time) in (2..).zip(times) {
        place.write("beside", saying(number));
        File::options().write(true).open(place.path("beside")).unwrap().set_modified(time).unwrap();
        place.rename("beside", "p/a.policy");
        by_events.comes_to_say(number);
        by_looking.comes_to_say(number);
        let file = File::options().write(true).open(place.path("p/a.policy")).unwrap();
        (&file).write_all(saying(number + 10).as_bytes()).unwrap();
        file.set_modified(time).unwrap();
        by_looking.comes_to_say(number + 10);
        by_events.comes_to_say(number + 10);
    }
}

#[test]
fn found_by_looking_alone() {
    let place = Place::saying_one();
    let followed = Followed::with(&place.path("p"), options().polling().every(Duration::from_millis(10)));
    for number in [2, 3] {
        place.write("p/a.policy", saying(number));
        followed.comes_to_say(number);
        place.remove("p");
        followed.refuses("there is no such file", number);
        place.write("p/b.policy", saying(number + 10));
        followed.comes_to_say(number + 10);
        place.remove("p/b.policy");
    }
}
