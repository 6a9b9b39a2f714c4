// modbus-serial's client under the name its declarations and Node agree on.
import modbusSerial from 'modbus-serial';

export const ModbusRTU = modbusSerial.default;
export type ModbusRTU = InstanceType<typeof ModbusRTU>;
