package dev.proa.server.admission;

import dev.proa.server.admission.AdmissionRequest.Operation;
import java.util.Map;

/** Tells those who write objects that are stored and that nothing acts on yet, so that nobody relies on a limit that is none. */
public final class UnenforcedWarnings implements AdmissionPlugin {
    private static final Map<String, String> UNENFORCED = Map.of(
            "resourcequotas", "this cluster does not enforce resource quotas: this one is stored and limits nothing",
            "limitranges", "this cluster does not enforce limit ranges: this one is stored and limits nothing");

    @Override
    public void validate(AdmissionRequest request) {
        String warning = UNENFORCED.get(request.target());
        if (warning != null && request.operation() == Operation.CREATE) {
            request.warnings().add(warning);
        }
    }
}
