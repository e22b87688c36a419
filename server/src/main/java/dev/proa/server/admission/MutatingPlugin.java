package dev.proa.server.admission;

import dev.proa.api.value.MapValue;

/** An admission plugin that may change objects before they are validated, for example to fill in what their writer left out. */
public interface MutatingPlugin extends AdmissionPlugin {

    /**
     * The object as it is to be written; {@link AdmissionAttributes#object} itself when there is nothing to change.
     *
     * <p>Called again with what it returned when a later plugin changed the object (reinvocation), and with each attempt of an update that
     * lost against another: the result depends on the attributes alone, and applying it twice is the same as once.
     *
     * @throws dev.proa.api.status.StatusException when the request is refused
     */
    MapValue admit(AdmissionAttributes attributes);
}
