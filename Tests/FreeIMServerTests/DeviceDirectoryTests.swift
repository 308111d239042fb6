import Testing

@testable import FreeIMServer

@Suite struct DeviceDirectoryTests {
    private func binding(_ device: Int64, _ type: String = "mobile") -> DeviceDirectory.Binding {
        DeviceDirectory.Binding(
            device: device, deviceType: type,
            place: DeviceDirectory.Place(loop: 0, connection: Int(device)))
    }

    @Test func oneDeviceTooManyIsRefusedUnlessItReplacesAnother() {
        let directory = DeviceDirectory(policy: .multi, devicesPerUserMax: 2)
        #expect(directory.bind(7, binding(1))?.cameOnline == true)
        #expect(directory.bind(7, binding(2)) != nil)
        #expect(directory.bind(7, binding(3)) == nil)
        #expect(directory.devices(7) == [1, 2])
        #expect(directory.bind(7, binding(1))?.replaced.map(\.reason) == [.replaced])
        #expect(directory.bind(8, binding(3)) != nil)
        #expect(!directory.unbind(7, DeviceDirectory.Place(loop: 0, connection: 2)))
        #expect(directory.bind(7, binding(3)) != nil)
    }

    @Test func sendingOneHomeMakesRoom() {
        let directory = DeviceDirectory(policy: .onePerDeviceType, devicesPerUserMax: 1)
        #expect(directory.bind(7, binding(1)) != nil)
        #expect(directory.bind(7, binding(2))?.replaced.map(\.reason) == [.kickedByOtherDevice])
        #expect(directory.bind(7, binding(3, "desktop")) == nil)
    }
}
