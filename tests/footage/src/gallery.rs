// SPDX-License-Identifier: MPL-2.0
//! A stock of figures: building one takes as long as drawing several, so they are built once and dressed anew.

use std::collections::BTreeMap;
use std::sync::Arc;

use crate::figure::look::Look;
use crate::figure::{Detail, Figure};
use crate::math::Rng;

/// How many bodies of each kind there are in the stock.
const STOCK: usize = 160;
/// How many children.
const CHILDREN: usize = 40;
/// How many shop-window figures.
const MANNEQUINS: usize = 24;

/// Figures by number, built when first asked for. The same number is the same figure, whatever was asked before.
#[derive(Default)]
pub struct Gallery {
    built: BTreeMap<(u8, usize, bool), Arc<Figure>>,
}

impl Gallery {
    /// A grown person's figure.
    pub fn person(&mut self, rng: &mut Rng) -> Arc<Figure> {
        let number = rng.below(STOCK);
        self.get(0, number, Detail::Fine)
    }

    /// A figure of the stock: kind 0 grown, 1 child, 2 shop-window figure.
    pub fn get(&mut self, kind: u8, number: usize, detail: Detail) -> Arc<Figure> {
        let key = (kind, number, detail == Detail::Fine);
        let build = || {
            let mut rng = Rng::new(number as u64, 1000 + u64::from(kind));
            let look = match kind {
                1 => {
                    let age = rng.unit();
                    Look::child(&mut rng, age)
                }
                2 => Look::mannequin(&mut rng),
                _ => Look::grown(&mut rng),
            };
            Arc::new(Figure::new(&look, detail))
        };
        self.built.entry(key).or_insert_with(build).clone()
    }

    /// A person of the stock in other colours and print.
    pub fn dressed(&mut self, rng: &mut Rng, child: bool, detail: Detail) -> Figure {
        let number = rng.below(if child { CHILDREN } else { STOCK });
        let mut figure = (*self.get(u8::from(child), number, detail)).clone();
        let other = Look::grown(rng);
        figure.look.colours = other.colours;
        figure.look.print = other.print;
        figure.look.print_colour = other.print_colour;
        figure.look.glasses = other.glasses;
        figure.look.build.height *= rng.range(0.96, 1.04);
        figure
    }

    /// Somebody of the stock, one in eight a child, in other colours.
    pub fn dressed_for(&mut self, rng: &mut Rng, detail: Detail) -> Figure {
        let child = rng.chance(0.12);
        self.dressed(rng, child, detail)
    }

    /// A shop-window figure.
    pub fn mannequin(&mut self, rng: &mut Rng) -> Arc<Figure> {
        let number = rng.below(MANNEQUINS);
        self.get(2, number, Detail::Fine)
    }
}
