package dev.proa.image.registry;

import dev.proa.image.Descriptor;

/** What happens to a blob while images are pulled or pushed. */
public sealed interface TransferEvent {
    /** The blob it is about. */
    Descriptor blob();

    /** The transfer begins, for the first time or anew after a failure. */
    record Started(Descriptor blob) implements TransferEvent {}

    /**
     * Bytes have been transferred.
     *
     * @param bytes all so far, since the last {@link Started}
     */
    record Moved(Descriptor blob, long bytes) implements TransferEvent {}

    /** The blob is where it has to be. */
    record Finished(Descriptor blob, Outcome outcome) implements TransferEvent {}

    /** How a blob got there. */
    enum Outcome {
        TRANSFERRED,
        /** It was there already. */
        PRESENT,
        /** The registry took it from another of its repositories. */
        MOUNTED
    }

    /** Is told of events, from several threads at once. It should return soon, and must not throw. */
    interface Listener {
        Listener NONE = event -> {};

        void on(TransferEvent event);
    }
}
