//! Objects that were read lately: one commit's new side is the old side of the next.

use std::collections::{HashMap, VecDeque};
use std::rc::Rc;

use super::Id;

/// Objects above this are not kept, in bytes.
const LARGEST: usize = 1024 * 1024;
/// Bytes that are kept, at most.
const MOST: usize = 32 * 1024 * 1024;

/// The latest objects, within bounds.
#[derive(Default)]
pub struct Recent {
    contents: HashMap<Id, Rc<[u8]>>,
    /// The oldest first.
    order: VecDeque<Id>,
    bytes: usize,
}

impl Recent {
    pub fn get(&self, id: &Id) -> Option<Rc<[u8]>> {
        self.contents.get(id).cloned()
    }

    pub fn keep(&mut self, id: Id, content: &Rc<[u8]>) {
        if content.len() > LARGEST || self.contents.insert(id, Rc::clone(content)).is_some() {
            return;
        }
        self.order.push_back(id);
        self.bytes += content.len();
        while self.bytes > MOST
            && let Some(oldest) = self.order.pop_front()
        {
            self.bytes -= self.contents.remove(&oldest).map_or(0, |gone| gone.len());
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_oldest_gives_way() {
        let mut recent = Recent::default();
        let id = |n: u8| Id::from_bytes(&[n; 20]).expect("20 bytes");
        let content: Rc<[u8]> = vec![0; LARGEST].into();
        (0..40).for_each(|n| recent.keep(id(n), &content));
        assert!(recent.get(&id(0)).is_none() && recent.get(&id(39)).is_some());
        assert!(recent.bytes <= MOST);
    }
}
