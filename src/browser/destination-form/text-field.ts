import type { ChangeEvent } from 'react';
import type { Draft, FieldsProps } from './destination-draft.ts';

type TextName = {
  [Name in keyof Draft]: string extends Draft[Name] ? (Draft[Name] extends string ? Name : never) : never;
}[keyof Draft];

/**
 * The properties of an input for a text of the draft.
 * @param place the field in the request, if it has another name there
 */
export function textField({ draft, set, problem }: FieldsProps, name: TextName, place: string = name) {
  return {
    value: draft[name],
    error: problem(place, (typed) => typed[name]),
    onChange: (event: ChangeEvent<HTMLInputElement | HTMLTextAreaElement>) =>
      set({ [name]: event.currentTarget.value }),
  };
}
