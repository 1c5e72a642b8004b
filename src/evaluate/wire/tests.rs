use super::*;

const WHOLE: &str = r#"{"principal":{"user":"ann","groups":["night"],"roles":["clerk"]},"privilege":"till.close","resource":{"type":"till","id":"7","within":[{"type":"shop","id":"north"}]},"attributes":[{"of":"context","name":"mfa","value":{"bool":true}},{"of":"resource","name":"owners","value":{"set":[{"user":"bob"},{"group":"night"}]}},{"of":"context","name":"from","value":{"ip":"10.0.0.0/8"}}],"at":5}"#;

#[track_caller]
fn read(text: &str) -> Result<RequestBuf, String> {
    serde_json::from_str(text).map_err(|error| error.to_string())
}

#[track_caller]
fn round(request: &Request<'_>) {
    let text = serde_json::to_string(request).unwrap();
    let read = read(&text).unwrap();
    assert_eq!(format!("{request:?}"), read.lend(|request| format!("{request:?}")), "{text}");
    assert_eq!(read, RequestBuf::from(request));
}

#[test]
fn requests_come_back_as_they_went() {
    let set = [Value::Principal(PrincipalKind::Service, "cron"), Value::Group("night")];
    let values = [
        Attribute::new(AttributeRoot::Context, "level", Value::Int(-3)),
        Attribute::new(AttributeRoot::Principal, "since", Value::Timestamp(9)),
        Attribute::new(AttributeRoot::Resource, "owners", Value::Set(&set)),
        Attribute::new(AttributeRoot::Context, "ip", Value::Ip(Network::parse("::1").unwrap())),
        Attribute::new(AttributeRoot::Context, "tag", Value::String("\u{1f512} \"quoted\"")),
    ];
    let within = [("shop", "north")];
    round(&Request::new(Principal::anonymous(), "p"));
    round(&Request::new(Principal::service("cron"), "p").at(0));
    round(&Request::new(Principal::somebody().groups(&["a", "b"]).roles(&["c"]), "p"));
    round(&Request::new(Principal::user(""), "p").on(Resource::new("till", "7")).with(&values));
    round(&Request::new(Principal::user("ann"), "p").on(Resource::new("till", "7").within(&within)));
}

#[test]
fn the_form_of_a_request_is_stable() {
    assert_eq!(serde_json::to_string(&read(WHOLE).unwrap()).unwrap(), WHOLE);
}

#[test]
fn what_is_mistyped_is_an_error() {
    let wrong = [
        ("\"roles\"", "\"rolls\"", "unknown field `rolls`"),
        ("\"at\"", "\"when\"", "unknown field `when`"),
        ("\"within\"", "\"in\"", "unknown field `in`"),
        ("\"context\"", "\"contxt\"", "unknown variant `contxt`"),
        ("\"bool\"", "\"boolean\"", "unknown variant `boolean`"),
        ("10.0.0.0/8", "10.0.0.1/8", "`10.0.0.1/8` is no address or network"),
        ("\"user\":\"ann\"", "\"user\":\"ann\",\"anonymous\":true", "only one of them"),
    ];
    for (right, mistyped, message) in wrong {
        let text = WHOLE.replacen(right, mistyped, 1);
        assert_ne!(text, WHOLE);
        let error = read(&text).unwrap_err();
        assert!(error.contains(message), "{mistyped}: {error}");
    }
}

#[test]
fn decisions_come_back_and_contradictions_do_not() {
    for reason in Reason::ALL {
        for undecided in [false, true] {
            let decision = Decision { reason, undecided };
            let text = serde_json::to_string(&decision).unwrap();
            assert_eq!(serde_json::from_str::<Decision>(&text).unwrap(), decision, "{text}");
            let granted = reason.grants();
            let turned = text.replace(&format!("{granted}"), &format!("{}", !granted));
            let turned = turned.replacen("\"undecided\":true", "\"undecided\":false", 1);
            assert!(serde_json::from_str::<Decision>(&turned).is_err(), "{turned}");
        }
    }
    let text = r#"{"granted":true,"reason":"because","undecided":false}"#;
    let error = serde_json::from_str::<Decision>(text).unwrap_err().to_string();
    assert!(error.contains("`because` is no reason"), "{error}");
}
