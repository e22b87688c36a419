package dev.proa.server.admission;

import java.util.List;

/** The plugins that every write passes, in their order. */
public final class Admission {
    private final List<AdmissionPlugin> plugins;

    public Admission(AdmissionPlugin... plugins) {
        this.plugins = List.of(plugins);
    }

    /** See {@link AdmissionPlugin#admit}. */
    public void admit(AdmissionRequest request) {
        plugins.forEach(plugin -> plugin.admit(request));
    }

    /** See {@link AdmissionPlugin#validate}. */
    public void validate(AdmissionRequest request) {
        plugins.forEach(plugin -> plugin.validate(request));
    }
}
