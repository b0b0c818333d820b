//! A report for programs: the judgement's own JSON with what the reader found (docs/verify-json.md).

use serde_json::{Value, json};

use crate::dossier::Content;
use crate::pdf::{ActiveKind, Reading};
use crate::policy::SignatureJudgement;

use super::bottom::Bottom;
use super::compose::Judged;
use super::indication;
use super::lang::Lang;
use super::said::Said;
use super::unexplained::unexplained;

/// One input as a JSON object.
#[must_use]
pub fn report(judged: &Judged<'_>) -> Value {
    let mut value = judged.judgement.report();
    let bottom = |lang| {
        let bottom = Bottom::new(judged.judgement, judged.subject, lang);
        json!({ "sentence": bottom.sentence.to_string(), "action": bottom.action.to_string() })
    };
    value["file"] = judged.name.into();
    value["trial"] = (!judged.assumed.is_empty()).into();
    value["assumed"] = judged.assumed.iter().map(Said::plain).collect();
    value["fine"] = Bottom::new(judged.judgement, judged.subject, Lang::En).is_fine().into();
    value["bottom_line"] = json!({ "vi": bottom(Lang::Vi), "en": bottom(Lang::En) });
    value["evidence"] = judged.outside().map(|outside| outside.json()).into();
    let documents = value["documents"].as_array_mut().into_iter().flatten();
    for (index, document) in documents.enumerate() {
        let reading = match judged.facts(index).map(|facts| &facts.content) {
            Some(Content::Pdf(Ok(reading))) => Some(reading),
            Some(Content::Pdf(Err(_)) | Content::Other | Content::TooLarge) | None => None,
        };
        document["page_count"] = reading.and_then(|reading| reading.page_count).into();
        document["revisions"] = reading.map(revisions).into();
        document["active"] = reading.map(active).into();
        let signatures = judged.judgement.documents.get(index).map(|one| one.signatures.as_slice()).unwrap_or_default();
        for (told, signature) in document["signatures"].as_array_mut().into_iter().flatten().zip(signatures) {
            told["explanation"] = explanation(signature);
        }
    }
    value
}

/// Why a signature did not pass, in words; null where it did.
fn explanation(signature: &SignatureJudgement) -> Value {
    let in_words = |lang| {
        indication::explained(signature, lang)
            .map(|one| json!({ "meaning": one.meaning.to_string(), "action": one.action.to_string() }))
    };
    let Some(explained) = indication::explained(signature, Lang::En) else { return Value::Null };
    json!({ "waits_for": explained.waits_for, "vi": in_words(Lang::Vi), "en": in_words(Lang::En) })
}

fn revisions(reading: &Reading) -> Vec<Value> {
    let signed_by = |index| {
        let mine = reading.signatures.iter().filter(move |field| field.revision == Some(index));
        mine.map(|field| Said::other(&field.field).plain()).collect::<Vec<_>>()
    };
    let revisions = reading.revisions.iter().enumerate().map(|(index, revision)| {
        let unexplained = revision.change.unexplained.iter().map(|one| {
            json!({
                "object": one.number,
                "vi": unexplained(one, Lang::Vi).plain(),
                "en": unexplained(one, Lang::En).plain(),
            })
        });
        json!({
            "index": index,
            "end": revision.end,
            "objects": revision.objects,
            "level": crate::policy::modification_token(revision.change.level),
            "signed_by": signed_by(index),
            "unexplained": unexplained.collect::<Vec<_>>(),
        })
    });
    revisions.collect()
}

fn active(reading: &Reading) -> Vec<Value> {
    reading.active.iter().map(|one| json!({ "kind": kind(one.kind), "object": one.number })).collect()
}

const fn kind(kind: ActiveKind) -> &'static str {
    match kind {
        ActiveKind::AdditionalActions => "additional-actions",
        ActiveKind::EmbeddedFile => "embedded-file",
        ActiveKind::ExternalStream => "external-stream",
        ActiveKind::GoToEmbedded => "go-to-embedded",
        ActiveKind::GoToRemote => "go-to-remote",
        ActiveKind::ImportData => "import-data",
        ActiveKind::JavaScript => "javascript",
        ActiveKind::Launch => "launch",
        ActiveKind::Media => "media",
        ActiveKind::OpenAction => "open-action",
        ActiveKind::SubmitForm => "submit-form",
        ActiveKind::Xfa => "xfa",
    }
}
