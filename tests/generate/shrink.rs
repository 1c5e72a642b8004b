//! Makes a failing case small enough to read.

use crate::reference::{Asker, Question};

/// Takes away statements, lines of statements and parts of the question as long as `fails` still holds.
pub fn shrink(
    statements: &[String],
    question: &Question,
    fails: &dyn Fn(&[String], &Question) -> bool,
) -> (Vec<String>, Question) {
    let (mut statements, mut question) = (statements.to_vec(), question.clone());
    loop {
        let before = (statements.clone(), question.clone());
        statements = fewer(statements, |smaller| fails(smaller, &question));
        for at in 0..statements.len() {
            let lines: Vec<String> = statements[at].lines().map(ToString::to_string).collect();
            let kept = fewer(lines, |smaller| {
                let mut shorter = statements.clone();
                shorter[at] = smaller.join("\n");
                fails(&shorter, &question)
            });
            statements[at] = kept.join("\n");
        }
        question = plainer(question, |smaller| fails(&statements, smaller));
        if before == (statements.clone(), question.clone()) {
            return (statements, question);
        }
    }
}

/// Leaves out runs of elements, long ones first.
fn fewer(mut list: Vec<String>, still_fails: impl Fn(&[String]) -> bool) -> Vec<String> {
    let mut run = list.len().max(1) / 2;
    while run > 0 {
        let mut at = 0;
        while at + run <= list.len() {
            let mut smaller = list.clone();
            smaller.drain(at..at + run);
            if still_fails(&smaller) {
                list = smaller;
            } else {
                at += run;
            }
        }
        run /= 2;
    }
    list
}

fn plainer(mut question: Question, still_fails: impl Fn(&Question) -> bool) -> Question {
    let mut attempt = |change: &dyn Fn(&mut Question)| {
        let mut smaller = question.clone();
        change(&mut smaller);
        let shrunk = still_fails(&smaller);
        if shrunk {
            question = smaller;
        }
        shrunk
    };
    attempt(&|q| q.asker = Asker::Somebody);
    attempt(&|q| q.at = None);
    attempt(&|q| q.groups.clear());
    attempt(&|q| q.roles.clear());
    attempt(&|q| q.ancestors.clear());
    for at in (0..16).rev() {
        attempt(&|q| {
            if at < q.attributes.len() {
                q.attributes.remove(at);
            }
        });
    }
    question
}
