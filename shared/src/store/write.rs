//! The conditional writes. Each condition repeats a rule of the domain at the place where the write happens, so that no
//! two writers can both be right.

use aws_sdk_dynamodb::{
    error::SdkError,
    operation::{put_item::PutItemError, update_item::UpdateItemError},
    primitives::Blob,
    types::{AttributeValue, ReturnValue, ReturnValuesOnConditionCheckFailure},
};

use super::{
    KeyTable, StoreError,
    error::unanswered,
    item::{self, key_of, new_item, record_in},
    schema::{self, DEPLOYMENT, PK, SK},
};
use crate::{
    cursor::CursorKey,
    key::KeyId,
    record::{KeyRecord, Revocation},
    secret::SecretHash,
};

/// What became of a revocation.
#[derive(Debug)]
pub enum Revoked {
    /// It took effect; the record after it.
    Now(Box<KeyRecord>),
    /// The conditions did not hold; the record as it stands.
    Refused(Box<KeyRecord>),
    /// There is no such key.
    Missing,
}

impl KeyTable {
    /// Adds a key. `false` when its id is taken by another one.
    ///
    /// # Errors
    /// When the table does not answer. The key may exist then.
    pub async fn insert(
        &self,
        record: &KeyRecord,
        hash: &SecretHash,
        made_at: jiff::Timestamp,
    ) -> Result<bool, StoreError> {
        let written = self
            .client
            .put_item()
            .table_name(&*self.name)
            .set_item(Some(new_item(record, hash, made_at)?))
            .condition_expression("attribute_not_exists(#pk)")
            .expression_attribute_names("#pk", PK)
            .return_values_on_condition_check_failure(ReturnValuesOnConditionCheckFailure::AllOld)
            .send()
            .await;
        match written {
            Ok(_) => Ok(true),
            Err(SdkError::ServiceError(refused)) if refused.err().is_conditional_check_failed_exception() => {
                let PutItemError::ConditionalCheckFailedException(failed) = refused.into_err() else {
                    return Err(StoreError::Corrupt("a condition failed without saying so".to_owned()));
                };
                // A write that was repeated because its answer got lost meets itself.
                let standing = failed.item.map(item::credential_in).transpose()?;
                Ok(standing.is_some_and(|(_, standing)| standing.matches(hash)))
            }
            Err(error) => Err(unanswered(&error)),
        }
    }

    /// Revokes a key unless it is revoked already or is the root key, in one conditional write.
    ///
    /// # Errors
    /// When the table does not answer. The key may be revoked then; asking again is harmless.
    pub async fn revoke(&self, id: KeyId, revocation: &Revocation) -> Result<Revoked, StoreError> {
        let written = self
            .client
            .update_item()
            .table_name(&*self.name)
            .key(PK, AttributeValue::S(key_of(id)))
            .key(SK, AttributeValue::S(schema::RECORD.to_owned()))
            .update_expression(
                "SET #record.#at = :at, #record.#by = :by, #record.#reason = :reason, #record.#updated = :at, \
                 #record.#version = #record.#version + :one",
            )
            // `KeyRecord::check_revocable`, where the write happens.
            .condition_expression(
                "attribute_exists(#pk) AND NOT attribute_type(#record.#at, :string) AND NOT #root = :true",
            )
            .set_expression_attribute_names(Some(item::revocation_names()))
            .set_expression_attribute_values(Some(item::revocation_values(revocation)))
            .return_values(ReturnValue::AllNew)
            .return_values_on_condition_check_failure(ReturnValuesOnConditionCheckFailure::AllOld)
            .send()
            .await;
        match written {
            Ok(written) => {
                let item =
                    written.attributes.ok_or_else(|| StoreError::Corrupt("an update returned nothing".to_owned()))?;
                Ok(Revoked::Now(Box::new(record_in(item)?)))
            }
            Err(SdkError::ServiceError(refused)) if refused.err().is_conditional_check_failed_exception() => {
                let UpdateItemError::ConditionalCheckFailedException(failed) = refused.into_err() else {
                    return Err(StoreError::Corrupt("a condition failed without saying so".to_owned()));
                };
                match failed.item {
                    None => Ok(Revoked::Missing),
                    Some(item) => Ok(Revoked::Refused(Box::new(record_in(item)?))),
                }
            }
            Err(error) => Err(unanswered(&error)),
        }
    }

    /// The key that signs list cursors: `fresh` becomes it when there is none yet.
    ///
    /// # Errors
    /// When the table does not answer, or the stored one is corrupt.
    pub async fn cursor_key(&self, fresh: [u8; 64]) -> Result<CursorKey, StoreError> {
        let stored = self.settle(schema::CURSOR_KEY, AttributeValue::B(Blob::new(fresh))).await?;
        let key = stored.as_b().ok().and_then(|bytes| CursorKey::from_bytes(bytes.as_ref()));
        key.ok_or_else(|| StoreError::Corrupt("the cursor key".to_owned()))
    }

    /// The id of the deployment's root key: `candidate` becomes it when there is none yet.
    ///
    /// # Errors
    /// When the table does not answer, or the stored one is corrupt.
    pub async fn root_id(&self, candidate: KeyId) -> Result<KeyId, StoreError> {
        let stored = self.settle(schema::ROOT_ID, AttributeValue::S(candidate.to_string())).await?;
        let id = stored.as_s().ok().and_then(|id| id.parse().ok());
        id.ok_or_else(|| StoreError::Corrupt("the root key's id".to_owned()))
    }

    /// A value of the deployment that is set once: `candidate` becomes it when there is none yet. What it is afterwards.
    async fn settle(&self, attribute: &str, candidate: AttributeValue) -> Result<AttributeValue, StoreError> {
        let written = self
            .client
            .update_item()
            .table_name(&*self.name)
            .key(PK, AttributeValue::S(DEPLOYMENT.to_owned()))
            .key(SK, AttributeValue::S(DEPLOYMENT.to_owned()))
            .update_expression("SET #value = if_not_exists(#value, :candidate)")
            .expression_attribute_names("#value", attribute)
            .expression_attribute_values(":candidate", candidate)
            .return_values(ReturnValue::AllNew)
            .send()
            .await
            .map_err(|error| unanswered(&error))?;
        let stored = written.attributes.and_then(|mut item| item.remove(attribute));
        stored.ok_or_else(|| StoreError::Corrupt(format!("{attribute} of the deployment")))
    }
}
