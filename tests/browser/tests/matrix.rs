//! The page of `policyc matrix --format html`: sorting, filtering, explaining, with a mouse and without one.

use browser::Browser;

const ENTER: &str = "\u{e007}";
const ESCAPE: &str = "\u{e00c}";
const TAB: &str = "\u{e004}";
const LEFT: &str = "\u{e012}";
const UP: &str = "\u{e013}";
const RIGHT: &str = "\u{e014}";
const DOWN: &str = "\u{e015}";
const HOME: &str = "\u{e011}";
const END: &str = "\u{e010}";

/// Every mark: granted by an entry of its own, inherited, by a default, denied, under a condition, in places, and never met.
const POLICY: &str = "\
policy office
resource folder
resource file in folder { default grant to authenticated when unlisted }
category read on file \"Reading\" { file.list \"List\"  file.view \"View\" requires file.list }
category destructive { users.edit \"Edit users\"  users.drop requires users.edit }
context { mfa: bool }
role reader { grant file.view, file.list }
role writer inherits reader { grant users.edit when context.mfa  deny file.list }
@allow(P0307) \"given beside another role\"
role dropper { grant users.drop }
role chief inherits writer, dropper { bypass users.edit, users.drop }
group ops
user ann in ops
assign reader to group:ops on folder:a
";

/// The privileges that are shown, in order.
async fn rows(browser: &Browser) -> Vec<String> {
    let body = "return [...document.querySelectorAll('tbody tr:not(.group)')].filter(tr => tr.offsetParent)
        .map(tr => tr.cells[0].querySelector('bdi').textContent)";
    browser.texts(body).await
}

/// The columns that are shown, in order.
async fn columns(browser: &Browser) -> Vec<String> {
    let body = "return [...document.querySelectorAll('thead tr:first-child th')].slice(2).filter(th => th.offsetParent)
        .map(th => th.textContent.trim())";
    browser.texts(body).await
}

/// Where the focus is: the text of its cell and of the heads of row and column.
async fn focus(browser: &Browser) -> String {
    let body = "const cell = document.activeElement.closest('th, td');
        if (!cell) return document.activeElement.id || document.activeElement.tagName;
        const name = cell.parentNode.cells[0].querySelector('bdi');
        const head = document.querySelector('thead tr').cells[cell.cellIndex];
        return [name ? name.textContent : cell.parentNode.className || 'head', head.textContent.trim(), cell.tagName].join(' ')";
    browser.text(body).await
}

async fn story(browser: &Browser) -> String {
    browser
        .text("const story = document.getElementById('story'); return story.hidden ? '' : story.innerText")
        .await
}

/// A cell by the names of row and column.
fn cell(row: &str, column: &str) -> String {
    format!(
        "const tr = [...document.querySelectorAll('tbody tr:not(.group)')].find(tr => tr.cells[0].querySelector('bdi').textContent === {row:?});
         const at = [...document.querySelector('thead tr').cells].findIndex(th => th.textContent.trim() === {column:?});
         const cell = tr.cells[at];"
    )
}

#[track_caller]
fn all_in(text: &str, parts: &[&str]) {
    for part in parts {
        assert!(text.contains(part), "{part:?} is not in:\n{text}");
    }
}

#[tokio::test]
async fn it_sorts() {
    let browser = Browser::matrix(POLICY, &[]).await;
    let by_name = ["users.drop", "users.edit", "file.list", "file.view"];
    assert_eq!(rows(&browser).await, by_name, "by category and name");
    assert_eq!(columns(&browser).await, ["chief", "dropper", "reader", "writer"]);

    // By the grants of a column, in each category; then the other way; then not at all.
    let head = "thead tr:first-child th:nth-child(6) button";
    browser.click(head).await;
    assert_eq!(rows(&browser).await, ["users.edit", "users.drop", "file.list", "file.view"]);
    let sorted = "return document.querySelector('thead tr').cells[5].getAttribute('aria-sort')";
    assert_eq!(browser.text(sorted).await, "descending");
    browser.click(head).await;
    assert_eq!(browser.text(sorted).await, "ascending");
    assert_eq!(rows(&browser).await, ["users.drop", "users.edit", "file.view", "file.list"]);
    browser.click(head).await;
    assert_eq!(browser.js(sorted).await, serde_json::Value::Null);
    assert_eq!(rows(&browser).await, by_name);

    // By how many are granted it, across categories.
    browser.click("#is-grouped").await;
    browser.click("thead tr:first-child th:nth-child(2) button").await;
    assert_eq!(rows(&browser).await, ["file.list", "file.view", "users.edit", "users.drop"]);

    // The columns by the row of a privilege, and by their grants.
    browser
        .js(&format!(
            "{} cell.parentNode.cells[0].querySelector('button').click()",
            cell("file.view", "reader")
        ))
        .await;
    assert_eq!(columns(&browser).await, ["reader", "dropper", "chief", "writer"], "+ before d before !");
    browser.click("tr.counts button").await;
    assert_eq!(columns(&browser).await, ["chief", "dropper", "reader", "writer"], "two, two, two, one");
    assert_eq!(browser.text("return document.getElementById('of-columns').value").await, "count");
    browser.click("#reset").await;
    assert_eq!(columns(&browser).await, ["chief", "dropper", "reader", "writer"]);
    assert_eq!(rows(&browser).await, by_name);
    assert_eq!(browser.complaints().await, [""; 0]);
}

#[tokio::test]
async fn it_filters() {
    let browser = Browser::matrix(POLICY, &[]).await;
    browser.press("/").await;
    assert_eq!(focus(&browser).await, "of-privileges");
    browser.press("edit u").await;
    assert_eq!(rows(&browser).await, ["users.edit"], "words of name and title");
    assert_eq!(
        browser.text("return document.getElementById('shown').textContent").await,
        "1 of 4 privileges, 4 roles"
    );
    browser.press("zz").await;
    assert_eq!(rows(&browser).await, [""; 0]);
    assert!(browser.js("return !document.getElementById('none').hidden").await.as_bool().unwrap());
    browser.click("#none button").await;
    assert_eq!(rows(&browser).await.len(), 4);

    browser.click("#of-subjects").await;
    browser.press("er").await;
    assert_eq!(columns(&browser).await, ["dropper", "reader", "writer"]);
    browser.click("#reset").await;

    browser.click("#is-grave").await;
    assert_eq!(rows(&browser).await, ["users.drop", "users.edit"]);
    browser.click("#reset").await;
    browser.js("const of = document.getElementById('of-category'); of.value = 'read'; of.dispatchEvent(new Event('change'))").await;
    assert_eq!(rows(&browser).await, ["file.list", "file.view"]);
    browser.click("#reset").await;

    // Only where something lacks, and the address keeps it.
    browser.click("#legend li[data-m=u] button").await;
    assert_eq!(rows(&browser).await, ["users.drop", "file.view"]);
    assert_eq!(columns(&browser).await, ["chief", "dropper", "writer"]);
    let state = browser.text("return location.hash").await;
    assert_eq!(state, "#m=u");
    browser.driver.refresh().await.unwrap();
    assert_eq!(columns(&browser).await, ["chief", "dropper", "writer"]);
    browser.picture("filtered").await;
}

#[tokio::test]
async fn a_click_explains() {
    let browser = Browser::matrix(POLICY, &[]).await;
    let explained = async |row: &str, column: &str| {
        browser.js(&format!("{} cell.click()", cell(row, column))).await;
        story(&browser).await
    };
    all_in(
        &explained("file.list", "reader").await,
        &["file.list", "List", "for role:reader", "granted by an entry of its own", "grant everywhere"],
    );
    let told = explained("users.edit", "writer").await;
    all_in(&told, &["under a condition", "When context.mfa", "explicit-grant", "a.policy:8:"]);
    let told = explained("file.list", "writer").await;
    all_in(&told, &["denied", "deny everywhere", "inherited-deny", "a.policy:8:"]);
    let told = explained("users.drop", "dropper").await;
    all_in(&told, &["requirement never met", "grant everywhere", "Missing:", "users.edit", "a.policy:10:"]);
    let told = explained("file.list", "dropper").await;
    all_in(
        &told,
        &["by default", "only in places", "another file", "No entry has an opinion, and the default grants."],
    );
    let told = explained("users.edit", "reader").await;
    all_in(&told, &["nothing", "No entry that speaks of it reaches this column"]);
    browser.click("#story .close").await;
    assert_eq!(story(&browser).await, "");

    // The way of a user: by its group and the role of that.
    let browser = Browser::matrix(POLICY, &["--principals"]).await;
    browser.js(&format!("{} cell.click()", cell("file.view", "user:ann"))).await;
    let told = story(&browser).await;
    all_in(
        &told,
        &[
            "for user:ann",
            "in group:ops",
            "a.policy:13:",
            "has role:reader",
            "a.policy:14:",
            "grant on folder:a",
            "a.policy:7:",
        ],
    );
    browser.picture("principals").await;
}

#[tokio::test]
async fn it_needs_no_mouse() {
    let browser = Browser::matrix(POLICY, &[]).await;
    browser.js("document.getElementById('reset').focus()").await;
    let legend =
        browser.js("return document.querySelectorAll('#legend button').length").await.as_u64().unwrap();
    for _ in 0..=legend {
        browser.press(TAB).await;
    }
    assert_eq!(focus(&browser).await, "users.drop chief TD", "the grid is one stop");
    browser.press(DOWN).await;
    browser.press(RIGHT).await;
    assert_eq!(focus(&browser).await, "users.edit dropper TD");
    browser.press(END).await;
    assert_eq!(focus(&browser).await, "users.edit writer TD");
    let label = "return document.activeElement.getAttribute('aria-label')";
    assert_eq!(browser.text(label).await, "granted by an entry of its own, under a condition");
    browser.press(ENTER).await;
    all_in(&story(&browser).await, &["users.edit", "for role:writer"]);
    browser.press(LEFT).await;
    all_in(&story(&browser).await, &["for role:reader"]);
    browser.press(ESCAPE).await;
    assert_eq!(story(&browser).await, "");
    assert_eq!(focus(&browser).await, "users.edit reader TD", "where it was");
    browser.press(" ").await;
    assert_ne!(story(&browser).await, "");
    browser.press(TAB).await;
    assert_eq!(focus(&browser).await, "BUTTON", "the explanation follows the grid");
    browser.press(ESCAPE).await;

    // Up to the head, which sorts.
    for _ in 0..3 {
        browser.press(UP).await;
    }
    assert_eq!(focus(&browser).await, "head reader TH");
    browser.press(ENTER).await;
    assert_eq!(
        browser.text("return document.activeElement.closest('th').getAttribute('aria-sort')").await,
        "descending"
    );
    browser.press(HOME).await;
    assert_eq!(focus(&browser).await, "head privilege TH");
    browser.press("/").await;
    assert_eq!(focus(&browser).await, "of-privileges");
    browser.press(ESCAPE).await;
    assert_eq!(focus(&browser).await, "head privilege TH");
    let stops = "return document.querySelectorAll('#matrix [tabindex=\"0\"]').length";
    assert_eq!(browser.js(stops).await, 1);
    let role =
        "return [...document.querySelectorAll('#matrix')].map(table => table.getAttribute('role')).join()";
    assert_eq!(browser.text(role).await, "grid");
    assert_eq!(browser.complaints().await, [""; 0]);
}

#[tokio::test]
async fn names_are_text_whatever_they_look_like() {
    let policy = r#"
policy "<b>&amp;{{table}}"
category "<i>c</i>" {
    "</script><script>window.broken = 1</script>" "</style><img src=x onerror='window.broken=1'>"
    "a\" onclick=window.broken=1 '`<!--" "\"title'"
    "שלום/קובץ" "עברית"
    "🔐 {{data}}" "]]>"
}
role "<img src=x onerror=window.broken=1>" { grant * }
role "ראשי" { grant "שלום/קובץ" }
role "&lt;" { grant "a\" onclick=window.broken=1 '`<!--" }
"#;
    let browser = Browser::matrix(policy, &[]).await;
    assert_eq!(browser.js("return window.broken === undefined && document.images.length === 0").await, true);
    assert_eq!(
        browser.text("return document.querySelector('h1').textContent").await,
        "<b>&amp;{{table}} permission matrix"
    );
    let mut found = rows(&browser).await;
    found.sort();
    let mut wanted = [
        "</script><script>window.broken = 1</script>",
        "a\" onclick=window.broken=1 '`<!--",
        "שלום/קובץ",
        "🔐 {{data}}",
    ];
    wanted.sort();
    assert_eq!(found, wanted);
    assert_eq!(columns(&browser).await.len(), 3);
    for row in wanted {
        browser.js(&format!("{} cell.click()", cell(row, "<img src=x onerror=window.broken=1>"))).await;
        all_in(
            &story(&browser).await,
            &[row, "for role:<img src=x onerror=window.broken=1>", "grant everywhere"],
        );
    }
    assert_eq!(browser.js("return window.broken === undefined && document.images.length === 0").await, true);
    // And if something got through, it would not run.
    browser.js("const script = document.createElement('script'); script.textContent = 'window.broken = 1'; document.body.append(script)").await;
    assert_eq!(browser.js("return window.broken === undefined").await, true);
    browser.picture("hostile").await;
}

#[tokio::test]
async fn it_asks_nobody() {
    let browser = Browser::matrix_of("flowable", &[]).await;
    assert_eq!(browser.requests().await, [""; 0]);
    assert_eq!(browser.complaints().await, [""; 0]);
    let refused = "return fetch('https://example.org/').then(() => 'sent', error => 'refused')";
    assert_eq!(browser.text(refused).await, "refused");
    let images =
        "const image = new Image(); image.src = 'http://127.0.0.1:9/x.png'; document.body.append(image);
        return new Promise(done => { image.onload = image.onerror = () => done('ended'); })";
    assert_eq!(browser.text(images).await, "ended");
    assert!(
        browser.complaints().await.iter().all(|text| text.contains("Content Security Policy")),
        "refused by the page itself"
    );
}

#[tokio::test]
async fn it_is_readable_everywhere() {
    let browser = Browser::matrix_of("flowable", &[]).await;
    browser.picture("light").await;
    browser.js(&format!("{} cell.click()", cell("assign-roles", "role-admin"))).await;
    browser.picture("explained").await;
    let back = "return getComputedStyle(document.body).backgroundColor";
    assert_eq!(browser.text(back).await, "rgb(255, 255, 255)");
    browser.media("screen", "dark").await;
    assert_ne!(browser.text(back).await, "rgb(255, 255, 255)");
    browser.picture("dark").await;
    contrast(&browser).await;
    browser.media("screen", "light").await;
    contrast(&browser).await;

    browser.press(ESCAPE).await;
    browser.size(400, 800).await;
    browser.driver.refresh().await.unwrap();
    let wide = "return document.documentElement.scrollWidth > innerWidth";
    assert_eq!(browser.js(wide).await, false, "the page itself is as wide as the screen");
    browser.picture("narrow").await;
    browser.js(&format!("{} cell.click()", cell("assign-roles", "role-admin"))).await;
    browser.picture("narrow-explained").await;
    browser.size(1280, 900).await;
    browser.driver.refresh().await.unwrap();

    // What sticks stays, however far it is scrolled.
    browser.js("document.getElementById('frame').scrollTop = 700").await;
    let top = "return Math.round(document.querySelector('thead').getBoundingClientRect().top - document.getElementById('frame').getBoundingClientRect().top)";
    assert_eq!(browser.js(top).await, 0);
    browser.media("print", "light").await;
    browser.picture("print").await;
    browser.media("", "light").await;
    browser.without_scripts().await;
    browser.picture("without-scripts").await;
}

/// Text has to stand out from what is behind it, as WCAG asks of small text.
async fn contrast(browser: &Browser) {
    let body = "
        const parse = text => text.match(/[\\d.]+/g).map(Number);
        const light = ([r, g, b]) => [r, g, b].map(v => v / 255).map(v => v <= 0.04045 ? v / 12.92 : ((v + 0.055) / 1.055) ** 2.4)
            .reduce((sum, v, at) => sum + v * [0.2126, 0.7152, 0.0722][at], 0);
        const behind = element => { for (let at = element; at; at = at.parentElement) {
            const color = parse(getComputedStyle(at).backgroundColor); if (color.length < 4 || color[3] > 0) return color; } return [255, 255, 255]; };
        const low = [];
        for (const element of document.querySelectorAll('td[class], thead button, tbody bdi, small, h1, header p, #legend b, #legend button, footer p, #story p, #story code')) {
            const [a, b] = [light(parse(getComputedStyle(element).color)), light(behind(element))];
            const ratio = (Math.max(a, b) + 0.05) / (Math.min(a, b) + 0.05);
            if (ratio < 4.5) low.push(element.tagName + '.' + element.className + ' ' + element.textContent.slice(0, 20) + ' ' + ratio.toFixed(2));
        }
        return [...new Set(low)].slice(0, 10)";
    assert_eq!(browser.texts(body).await, [""; 0]);
}

#[tokio::test]
async fn a_large_one_stays_quick() {
    let mut policy = String::from("policy large\n");
    for category in 0..20 {
        policy.push_str(&format!(
            "category c{category} {{ {} }}\n",
            (0..15).map(|at| format!("p{category}-{at}")).collect::<Vec<_>>().join(" ")
        ));
    }
    policy.push_str("role base { grant category:c0 }\n");
    for role in 0..300 {
        policy.push_str(&format!(
            "role r{role} inherits base {{ grant category:c{}, p{}-1 deny p{}-2 }}\n",
            role % 20,
            (role + 3) % 20,
            (role + 5) % 20
        ));
    }
    let browser = Browser::matrix(&policy, &[]).await;
    let bytes = std::fs::metadata(browser.page()).unwrap().len();
    assert!(bytes < 1_500_000, "{bytes} bytes for 300 by 300");
    let took = "const from = performance.now(); document.querySelector('thead th:nth-child(9) button').click(); document.body.offsetHeight; return performance.now() - from";
    let milliseconds = browser.js(took).await.as_f64().unwrap();
    assert!(milliseconds < 20_000.0, "{milliseconds} ms to sort, and machines may be busy");
    assert_eq!(browser.complaints().await, [""; 0]);
    browser.picture("large").await;
}
