package dev.proa.control.resourceclaim;

import dev.proa.api.resource.v1.Device;
import java.util.ServiceLoader;

/**
 * Compiles the CEL expressions by which claims and classes select devices. The implementation is a service of {@link ServiceLoader}, as
 * this module has no CEL: it is loaded when the first claim is allocated. Thread-safe.
 */
public interface DeviceSelectors {
    /**
     * Compiles an expression.
     *
     * @throws SelectorFailure when it is wrong; the message says what
     */
    Selector compile(String expression);

    /** A compiled expression. Thread-safe. */
    interface Selector {
        /**
         * Whether it selects a device of a driver.
         *
         * @throws SelectorFailure when it fails for the device, such as for an attribute that the device lacks
         */
        boolean matches(String driver, Device device);
    }

    /** The implementation that is there. */
    static DeviceSelectors load() {
        return ServiceLoader.load(DeviceSelectors.class).findFirst().orElse(expression -> {
            throw new SelectorFailure("there is no implementation of CEL");
        });
    }

    /** An expression that is wrong, or fails for a device. */
    final class SelectorFailure extends RuntimeException {
        private static final long serialVersionUID = 1;

        public SelectorFailure(String message) {
            super(message);
        }
    }
}
