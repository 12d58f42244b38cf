//! What a run remembers, for checkpoints.

use super::Run;
use crate::optimize::state::State;

impl Run<'_> {
    /// Takes up a run where another one left it. The name of what the state lacks, if it is not of such a run.
    pub fn resume(&mut self, mut state: State) -> Result<(), String> {
        let n = self.at.x.len();
        self.state(&mut state);
        match state.missing() {
            Some(name) => Err(name.to_string()),
            None if self.at.x.len() != n || self.at.gradient.len() != n => Err("x".to_string()),
            None => {
                self.slopes = self.measured();
                Ok(())
            }
        }
    }

    /// Saves or loads.
    fn state(&mut self, state: &mut State) {
        state.part("run");
        state.flag("fresh", &mut self.fresh);
        state.count("k", &mut self.at.k);
        state.vector("x", &mut self.at.x);
        state.number("value", &mut self.at.value);
        state.vector("gradient", &mut self.at.gradient);
        state.vector("start", &mut self.start);
        state.number("start_value", &mut self.start_value);
        state.number("start_slope", &mut self.start_slope);
        state.number("lowest", &mut self.lowest);
        state.number("step_norm", &mut self.step_norm);
        state.number("decrease", &mut self.decrease);
        state.vector("decreases", &mut self.decreases);
        state.number("rate", &mut self.rate);
        state.count("skipped", &mut self.skipped);
        state.count("saddles", &mut self.saddles);
        state.evaluations(&mut self.objective.count);
        let mut has_best = self.best.is_some();
        state.flag("has_best", &mut has_best);
        if has_best {
            let (mut value, mut x) = self.best.take().unwrap_or_default();
            state.number("best_value", &mut value);
            state.vector("best", &mut x);
            self.best = Some((value, x));
        }
        state.part("method");
        self.method.state(state);
    }

    /// Everything that is needed to go on later.
    pub fn snapshot(&mut self) -> State {
        let mut state = State::new();
        self.state(&mut state);
        state
    }
}
