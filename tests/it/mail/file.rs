//! The embedded twin of a mail server.

use merx::mail::Transport;
use merx::mail::transport::{FileTransport, Mail};

async fn written(mail: Mail) -> String {
    let folder = tempfile::tempdir().expect("a folder");
    let transport = FileTransport::new(folder.path().to_owned()).expect("a transport");
    transport.send(&mail).await.expect("it is taken");
    transport.send(&mail).await.expect("and again");
    let files: Vec<_> = std::fs::read_dir(folder.path()).expect("a folder").collect();
    assert_eq!(files.len(), 1, "a letter that is sent twice is there once");
    std::fs::read_to_string(files[0].as_ref().expect("a file").path()).expect("text")
}

fn mail(html: Option<&str>) -> Mail {
    Mail {
        id: "a-letter".to_owned(),
        from: "Shop <shop@example.com>\r\nBcc: x@example.com".to_owned(),
        to: "ada@example.com\nBcc: y@example.com".to_owned(),
        subject: "Größe\r\nBcc: z@example.com".to_owned(),
        text: "One\nTwo".to_owned(),
        html: html.map(str::to_owned),
    }
}

#[tokio::test]
async fn text_and_html_are_alternatives() {
    let letter = written(mail(Some("<p>One</p>\n<p>Two</p>"))).await;
    let (head, body) = letter.split_once("\r\n\r\n").expect("head and body");
    let kind = head
        .lines()
        .find(|line| line.starts_with("Content-Type:"))
        .expect("a type");
    let boundary = kind
        .strip_prefix("Content-Type: multipart/alternative; boundary=\"")
        .and_then(|rest| rest.strip_suffix('"'))
        .expect("two parts");
    let parts: Vec<_> = body.split(&format!("--{boundary}")).collect();
    assert_eq!(parts.len(), 4, "{letter}");
    assert!(parts[1].contains("text/plain; charset=utf-8") && parts[1].ends_with("\r\n\r\nOne\r\nTwo\r\n"));
    // The last one is what a reader prefers.
    assert!(parts[2].contains("text/html; charset=utf-8") && parts[2].ends_with("<p>One</p>\r\n<p>Two</p>\r\n"));
    assert_eq!(parts[3], "--\r\n");
}

#[tokio::test]
async fn no_header_is_smuggled_in() {
    for html in [None, Some("<p></p>")] {
        let letter = written(mail(html)).await;
        let (head, _) = letter.split_once("\r\n\r\n").expect("head and body");
        assert!(!head.lines().any(|line| line.starts_with("Bcc")), "{head}");
        assert!(head.contains("Subject: Größe"), "{head}");
    }
}
