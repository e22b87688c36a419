package dev.proa.server.resource;

import java.util.BitSet;
import java.util.concurrent.locks.ReentrantLock;

/**
 * Allocates the numbers of a range; a bitmap says which are taken. What is asked for by number may be anywhere; what is given out freely
 * comes from above the lower band for as long as there is something, so that the lower band stays for those who ask (KEP-3070, KEP-3668).
 * Numbers are given out in turn, so that one just freed is not soon taken again. Safe for any thread.
 */
final class BitmapAllocator {
    private final ReentrantLock lock = new ReentrantLock();
    private final BitSet taken = new BitSet();
    private final int size;
    private final int band;
    private int next;

    /**
     * @param size numbers are from 0 until this
     * @param band how many of the first are for those who ask by number
     */
    BitmapAllocator(int size, int band) {
        this.size = size;
        this.band = band;
        this.next = band;
    }

    /** Allocates a number; false when it is taken already. */
    boolean allocate(int number) {
        lock.lock();
        try {
            if (taken.get(number)) {
                return false;
            }
            taken.set(number);
            return true;
        } finally {
            lock.unlock();
        }
    }

    /** Allocates the next free number; -1 when all are taken. */
    int allocateNext() {
        lock.lock();
        try {
            int free = taken.nextClearBit(next);
            if (free >= size) {
                free = taken.nextClearBit(band);
            }
            if (free >= size) {
                free = taken.nextClearBit(0);
            }
            if (free >= size) {
                return -1;
            }
            taken.set(free);
            next = free + 1 >= size ? band : free + 1;
            return free;
        } finally {
            lock.unlock();
        }
    }

    void release(int number) {
        lock.lock();
        try {
            taken.clear(number);
        } finally {
            lock.unlock();
        }
    }

    /** How many are taken. */
    int count() {
        lock.lock();
        try {
            return taken.cardinality();
        } finally {
            lock.unlock();
        }
    }
}
