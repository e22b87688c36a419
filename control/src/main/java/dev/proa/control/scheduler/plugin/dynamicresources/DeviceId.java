package dev.proa.control.scheduler.plugin.dynamicresources;

import dev.proa.api.resource.v1.DeviceRequestAllocationResult;

/** What tells a device from all others. */
record DeviceId(String driver, String pool, String device) {
    static DeviceId of(DeviceRequestAllocationResult result) {
        return new DeviceId(result.driver(), result.pool(), result.device());
    }

    @Override
    public String toString() {
        return driver + "/" + pool + "/" + device;
    }
}
