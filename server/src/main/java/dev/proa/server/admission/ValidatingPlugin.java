package dev.proa.server.admission;

/** An admission plugin that looks at objects as they are about to be written, and changes nothing. */
public interface ValidatingPlugin extends AdmissionPlugin {

    /** @throws dev.proa.api.status.StatusException when the request is refused */
    void validate(AdmissionAttributes attributes);
}
