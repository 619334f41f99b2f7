//! Which threads work is done on: those of the thread pool that the caller is in, or else the
//! caller's own. All use of rayon is here, whose own functions would start threads unasked.

use std::num::NonZero;
use std::sync::mpsc;
use std::{io, mem, thread};

use rayon::prelude::*;

/// The maximum number of threads for each core: more only wait for each other.
const THREADS_A_CORE: usize = 4;

/// Does `work` on `n_threads` threads of its own, 0 for as many as there are cores. The threads are
/// gone when this returns. It never takes more than four for each core, and fewer where the system
/// refuses them, down to the calling thread alone: results are the same on any number.
///
/// Starting threads takes about a tenth of a millisecond. Who calls often keeps a rayon pool of his
/// own and calls inside its `install`.
///
/// ```
/// use forest::{ForestParams, with_threads};
/// use linfa::prelude::*;
/// use ndarray::array;
///
/// let x = array![[0.0_f32], [1.0], [4.0], [5.0]];
/// let dataset = linfa::Dataset::new(x.clone(), array![0_usize, 0, 1, 1]);
/// let forest = ForestParams::new().n_trees(10).fit(&dataset)?;
/// let proba = with_threads(2, || forest.predict_proba(&x))?;
/// assert_eq!(proba, forest.predict_proba(&x)?);
/// # Ok::<(), forest::Error>(())
/// ```
pub fn with_threads<R: Send>(n_threads: usize, work: impl FnOnce() -> R + Send) -> R {
    let mut n_threads = n_useful(n_threads);
    let mut work = Some(work);
    // One thread is the caller's, unless others would help it.
    while n_threads > 1 || (n_threads == 1 && in_pool()) {
        let builder = rayon::ThreadPoolBuilder::new().num_threads(n_threads);
        let done = builder.build_scoped(rayon::ThreadBuilder::run, |pool| {
            pool.install(|| work.take().map(|work| work()))
        });
        if let Ok(Some(done)) = done {
            return done;
        }
        n_threads /= 2;
    }
    match work {
        Some(work) => work(),
        None => unreachable!("work that was taken is done"),
    }
}

/// As many threads as [`with_threads`] asks the system for.
pub fn n_useful(n_threads: usize) -> usize {
    let n_cores = n_cores();
    if n_threads == 0 { n_cores } else { n_threads.min(THREADS_A_CORE * n_cores) }
}

/// The number of cores that this process may use.
pub fn n_cores() -> usize {
    thread::available_parallelism().map_or(1, NonZero::get)
}

/// Does all the work of a process, on as many threads as [`with_threads`] would or as the system
/// grants. The calling thread is one of them, and the others end with the process, which is not made
/// to wait for them.
pub fn for_process<R: Send>(n_threads: usize, work: impl FnOnce() -> R + Send) -> R {
    // Threads are started first: a pool that the system refuses one of would not let go of this one.
    let start = |_| {
        let (sender, receiver) = mpsc::channel::<rayon::ThreadBuilder>();
        let run = move || receiver.recv().map_or((), rayon::ThreadBuilder::run);
        thread::Builder::new().spawn(run).ok().map(|_| sender)
    };
    let started: Vec<_> = (1..n_useful(n_threads)).map_while(start).collect();
    let builder = rayon::ThreadPoolBuilder::new().num_threads(1 + started.len());
    let mut started = started.iter();
    let builder = builder.use_current_thread().spawn_handler(|thread| {
        let sender = started.next().ok_or(io::ErrorKind::OutOfMemory)?;
        sender.send(thread).map_err(|_| io::ErrorKind::OutOfMemory.into())
    });
    let Ok(pool) = builder.build() else { return work() };
    let done = pool.install(work);
    mem::forget(pool);
    done
}

/// The number of threads that work is done on.
pub fn count() -> usize {
    if in_pool() { rayon::current_num_threads() } else { 1 }
}

/// Does two things, at the same time if there are threads for it.
pub(crate) fn join<A: Send, B: Send>(
    a: impl FnOnce() -> A + Send,
    b: impl FnOnce() -> B + Send,
) -> (A, B) {
    if in_pool() { rayon::join(a, b) } else { (a(), b()) }
}

/// Items that are gone through one after the other or side by side: a range, a slice, a vector.
pub trait Items<T: Send>: IntoIterator<Item = T> + IntoParallelIterator<Item = T> {}

impl<T: Send, I: IntoIterator<Item = T> + IntoParallelIterator<Item = T>> Items<T> for I {}

/// What `f` gives for each item, in their order.
pub fn map<T: Send, R: Send>(items: impl Items<T>, f: impl Fn(T) -> R + Sync) -> Vec<R> {
    map_init(items, || (), |(), item| f(item))
}

/// Calls `f` for each item.
pub(crate) fn for_each<T: Send>(items: impl Items<T>, f: impl Fn(T) + Sync) {
    if in_pool() {
        items.into_par_iter().for_each(&f);
    } else {
        items.into_iter().for_each(&f);
    }
}

/// As [`map`]; `init` makes, now and then, what `f` is to use for several items.
pub(crate) fn map_init<T: Send, S, R: Send>(
    items: impl Items<T>,
    init: impl Fn() -> S + Sync,
    f: impl Fn(&mut S, T) -> R + Sync,
) -> Vec<R> {
    if in_pool() {
        return items.into_par_iter().map_init(&init, &f).collect();
    }
    let mut state = init();
    items.into_iter().map(|item| f(&mut state, item)).collect()
}

/// What `f` gives for each item, in their order, or one of the errors, after which no more is begun.
pub(crate) fn try_map<T: Send, R: Send, E: Send>(
    items: impl Items<T>,
    f: impl Fn(T) -> Result<R, E> + Sync,
) -> Result<Vec<R>, E> {
    if in_pool() {
        return items.into_par_iter().map(&f).collect();
    }
    items.into_iter().map(f).collect()
}

/// Whether there are threads to share work with. Outside of a pool, rayon would start one of its own
/// that stays.
pub(crate) fn in_pool() -> bool {
    rayon::current_thread_index().is_some()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn work_is_done_on_as_many_threads_as_were_asked_for_up_to_four_a_core() {
        let most = THREADS_A_CORE * n_cores();
        assert_eq!(with_threads(1, count), 1);
        assert_eq!(with_threads(2, count), 2);
        assert_eq!(with_threads(0, count), n_cores());
        assert_eq!(with_threads(usize::MAX, count), most);
        // Inside of a pool as outside.
        assert_eq!(with_threads(2, || (with_threads(1, count), count())), (1, 2));
    }

    #[test]
    fn one_thread_is_the_callers_own() {
        let caller = thread::current().id();
        assert_eq!(with_threads(1, || thread::current().id()), caller);
        let numbers = map(vec![1, 2, 3], |number| (number, thread::current().id()));
        assert_eq!(numbers, [1, 2, 3].map(|number| (number, caller)));
        let both = join(|| thread::current().id(), || thread::current().id());
        assert_eq!(both, (caller, caller));
    }

    #[test]
    fn results_stay_in_order_and_errors_are_returned_on_any_number_of_threads() {
        for n_threads in [1, 3] {
            with_threads(n_threads, || {
                let items = || (0..1000).collect::<Vec<_>>();
                assert_eq!(map(items(), |item| item * 2), (0..2000).step_by(2).collect::<Vec<_>>());
                let refuse = |item| if item == 7 { Err("seven") } else { Ok(item) };
                assert_eq!(try_map(items(), refuse), Err("seven"));
                assert_eq!(try_map(items(), Ok::<_, ()>), Ok(items()));
            });
        }
    }
}
