//! A look at foreign protobuf bytes before they are decoded: no groups (which the decoder follows
//! recursively), no lengths beyond the end, no more parts than agreed. Then decoding needs bounded
//! memory and a bounded stack.

use protobuf::Message;

use crate::abi::{MAX_CONF_STATE_BYTES, MAX_MEMBERS, MAX_MESSAGE_BYTES, MAX_MESSAGE_ENTRIES};

#[derive(Clone, Copy, PartialEq)]
pub enum Shape {
    Message,
    Snapshot,
    Metadata,
    ConfState,
    ConfChangeV2,
    Leaf,
}

impl Shape {
    fn max_bytes(self) -> usize {
        match self {
            Shape::ConfState | Shape::ConfChangeV2 => MAX_CONF_STATE_BYTES,
            _ => MAX_MESSAGE_BYTES,
        }
    }

    fn max_parts(self) -> usize {
        match self {
            Shape::Message => MAX_MESSAGE_ENTRIES,
            _ => MAX_MEMBERS,
        }
    }

    fn part(self, field: u64) -> Option<Shape> {
        match (self, field) {
            (Shape::Message, 7) => Some(Shape::Leaf),
            (Shape::Message, 9) => Some(Shape::Snapshot),
            (Shape::Snapshot, 2) => Some(Shape::Metadata),
            (Shape::Metadata, 1) => Some(Shape::ConfState),
            (Shape::ConfChangeV2, 2) => Some(Shape::Leaf),
            _ => None,
        }
    }
}

fn varint(bytes: &[u8], at: &mut usize) -> Result<u64, String> {
    let mut value = 0u64;
    for i in 0..10 {
        let Some(byte) = bytes.get(*at) else {
            return Err("cut off in a number".into());
        };
        *at += 1;
        value |= u64::from(byte & 0x7f) << (7 * i);
        if byte & 0x80 == 0 {
            return Ok(value);
        }
    }
    Err("a number of more than ten bytes".into())
}

fn skip(bytes: &[u8], at: &mut usize, n: u64) -> Result<(), String> {
    let left = (bytes.len() - *at) as u64;
    if n > left {
        return Err(format!("a field of {} bytes with {} left", n, left));
    }
    *at += n as usize;
    Ok(())
}

pub fn scan(bytes: &[u8], shape: Shape) -> Result<(), String> {
    if bytes.len() > shape.max_bytes() {
        return Err(format!(
            "{} bytes, at most {}",
            bytes.len(),
            shape.max_bytes()
        ));
    }
    let mut at = 0;
    let mut parts = 0;
    while at < bytes.len() {
        let tag = varint(bytes, &mut at)?;
        match tag & 7 {
            0 => drop(varint(bytes, &mut at)?),
            1 => skip(bytes, &mut at, 8)?,
            2 => {
                let size = varint(bytes, &mut at)?;
                let begin = at;
                skip(bytes, &mut at, size)?;
                if let Some(part) = shape.part(tag >> 3) {
                    parts += 1;
                    if parts > shape.max_parts() {
                        return Err(format!("more than {} parts", shape.max_parts()));
                    }
                    scan(&bytes[begin..at], part)?;
                }
            }
            5 => skip(bytes, &mut at, 4)?,
            other => return Err(format!("a field of wire type {}", other)),
        }
    }
    Ok(())
}

/// Decodes what has the right shape.
pub fn decode<M: Message>(bytes: &[u8], shape: Shape) -> Result<M, String> {
    scan(bytes, shape)?;
    M::parse_from_bytes(bytes).map_err(|e| e.to_string())
}
